with

source as (

    select * from {{ source('bronze', 'raw_organisation__village_support') }}

),

renamed as (

    select
        -- keys
        area_code,
        cadre_key,
        team_id,
        -- text
        role,
        sending_unit_name,
        unit_level,
        assessment,
        -- numbers
        present_days,
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
