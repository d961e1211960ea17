with

source as (

    select * from {{ source('bronze', 'raw_banks__risk_compensation') }}

),

renamed as (

    select
        -- keys
        movement_number,
        loan_number,
        -- text
        movement_kind,
        bank_name,
        -- numbers
        amount_cny,
        balance_cny,
        -- dates
        movement_date,
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
