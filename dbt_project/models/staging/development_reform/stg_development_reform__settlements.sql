with

source as (

    select * from {{ source('bronze', 'raw_development_reform__settlements') }}

),

renamed as (

    select
        -- keys
        area_code,
        settlement_code,
        -- text
        settlement_name,
        township_name,
        settlement_type,
        facilities,
        managing_office,
        -- numbers
        planned_household_count,
        planned_person_count,
        workshop_count,
        job_count,
        -- dates
        built_date,
        equipped_date,
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
