with

source as (

    select * from {{ source('bronze', 'raw_townships__screening_applications') }}

),

renamed as (

    select
        -- keys
        area_code,
        application_id,
        household_key,
        person_key,
        -- text
        township_name,
        village_name,
        lead_reason,
        lead_source,
        direction,
        warning_office,
        lead_result,
        conclusion_note,
        -- numbers
        own_payment_cny,
        -- dates
        opened_date,
        checked_date,
        concluded_date,
        measure_date,
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
