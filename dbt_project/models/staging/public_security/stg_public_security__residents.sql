with

source as (

    select * from {{ source('bronze', 'raw_public_security__residents') }}

),

renamed as (

    select
        -- keys
        area_code,
        person_key,
        police_household_key,
        -- text
        sex,
        ethnic_group,
        relation_to_head,
        residence_type,
        education_level,
        marital_status,
        police_station_name,
        township_name,
        village_name,
        person_status,
        change_reason,
        -- numbers
        extract(year from birth_date) as birth_year,
        -- dates
        change_date,
        as_of_date,
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
