with

source as (

    select * from {{ source('bronze', 'raw_education__education_aid') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        person_key,
        -- text
        township_name,
        village_name,
        term_name,
        education_stage,
        school_name,
        aid_project,
        -- numbers
        aid_cny,
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
