with

source as (

    select * from {{ source('bronze', 'raw_organisation__cadre_training') }}

),

renamed as (

    select
        -- keys
        course_id,
        -- text
        organiser_name,
        course_level,
        participant_kind,
        course_content,
        -- numbers
        participant_person_times,
        -- dates
        course_date,
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
