with

calendar as (

    select * from {{ source('run', 'ops_calendar') }}

),

final as (

    select
        department_code,
        department_zh,
        department_en,
        feed,
        feed_title_zh,
        feed_title_en,
        period,
        status,
        receipt_id,
        cast(due_date as date) as due_date,
        cast(arrived_at as timestamp) as arrived_at
    from calendar

)

select * from final
