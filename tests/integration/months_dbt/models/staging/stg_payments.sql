with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_payment') }}

),

final as (

    select
        payment_id,
        paid_cny,
        period
    from source
    where period <= {{ as_of_period() }}

)

select * from final
