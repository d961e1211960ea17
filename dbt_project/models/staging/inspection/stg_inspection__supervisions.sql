with

source as (

    select * from {{ source('bronze', 'raw_inspection__supervision') }}

),

renamed as (

    select
        -- keys
        area_code,
        supervision_id,
        advice_id,
        -- text
        supervision_level,
        supervision_kind,
        unit_name,
        -- numbers
        found_count,
        assessment_score,
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
