with

source as (

    select * from {{ source('bronze', 'raw_inspection__third_party_assessment') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- text
        assessment_name,
        assessment_kind,
        organiser_level,
        assessor,
        object_name,
        measure,
        sampling_method,
        result_text,
        -- numbers
        sample_count,
        problem_count,
        -- dates
        started_date,
        ended_date,
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
