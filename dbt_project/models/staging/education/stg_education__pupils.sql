with

source as (

    select * from {{ source('bronze', 'raw_education__education_enrolment') }}

),

renamed as (

    select
        -- keys
        household_key,
        person_key,
        -- text
        term_name,
        township_name,
        school_name,
        education_stage,
        grade_name,
        boarding,
        absence_reason,
        schooling_form,
        -- numbers
        return_visit_count,
        -- booleans
        is_registered_family,
        is_disabled,
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
