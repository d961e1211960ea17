with

source as (

    select * from {{ source('bronze', 'raw_housing__village_services') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- numbers
        group_count,
        hard_road_group_count,
        sanitary_toilet_count,
        broadcast_household_count,
        activity_place_count,
        ecommerce_point_count,
        public_toilet_count,
        service_year,
        hardened_road_km,
        tap_water_percent,
        central_supply_percent,
        -- booleans
        has_three_phase_power,
        has_fibre,
        has_4g,
        has_waste_collection,
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
