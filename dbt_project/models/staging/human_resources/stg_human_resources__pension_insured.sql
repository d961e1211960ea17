with

source as (

    select * from {{ source('bronze', 'raw_human_resources__pension_insurance') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        insurance_type,
        insurance_status,
        benefit_status,
        -- numbers
        insured_year,
        premium_cny,
        fiscal_premium_cny,
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
