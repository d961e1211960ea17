with

doubts as (

    select * from {{ source('run', 'ops_doubts') }}

),

final as (

    select
        doubts.receipt_id,
        doubts.department_code,
        doubts.feed,
        doubts.period,
        doubts.kind,
        doubts.code,
        doubts.text_zh,
        doubts.text_en,
        doubts.remedy_zh,
        doubts.remedy_en,
        cast(doubts.doubt_count as bigint) as doubt_count,
        cast(doubts.row as bigint) as source_row
    from doubts

)

select * from final
