with

amounts as (

    select * from {{ source('run', 'ops_amounts') }}

),

final as (

    select
        receipt_id,
        department_code,
        feed,
        period,
        field,
        header,
        cast(in_cny as decimal(18, 2)) as in_cny,
        cast(accepted_cny as decimal(18, 2)) as accepted_cny,
        cast(rejected_cny as decimal(18, 2)) as rejected_cny,
        cast(unparsed_count as bigint) as unparsed_count
    from amounts

)

select * from final
