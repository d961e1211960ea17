with

source as (

    select * from {{ source('bronze', 'raw_finance__subsidy_payment') }}

),

renamed as (

    select
        -- keys
        person_key,
        account_key,
        -- text
        reporting_unit_name,
        bank_name,
        subsidy_name,
        batch_name,
        payment_status,
        -- numbers
        budget_year,
        subsidy_quantity,
        subsidy_rate_cny,
        paid_cny,
        -- dates
        paid_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select *
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
