with

source as (

    select * from {{ source('bronze', 'raw_organisation__pairing') }}

),

renamed as (

    select
        -- keys
        pairing_id,
        household_key,
        cadre_key,
        person_key,
        -- text
        political_status,
        unit_name,
        position_name,
        unit_level,
        responsibility_level,
        help_content,
        duty_status,
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
