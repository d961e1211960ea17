with

source as (

    select * from {{ source('bronze', 'raw_medical_insurance__medical_insurance') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        insurance_type,
        insurance_status,
        premium_level,
        -- numbers
        insured_year,
        premium_cny,
        subsidy_cny,
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
