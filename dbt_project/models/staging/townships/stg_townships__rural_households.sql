with

source as (

    select * from {{ source('bronze', 'raw_townships__rural_households') }}

),

renamed as (

    select
        -- keys
        area_code,
        police_household_key,
        household_key,
        head_person_key,
        -- text
        township_name,
        village_name,
        group_name,
        household_class,
        light,
        risk,
        safeguard_gaps,
        -- numbers
        resident_count,
        income_per_head_cny,
        -- dates
        surveyed_date,
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
