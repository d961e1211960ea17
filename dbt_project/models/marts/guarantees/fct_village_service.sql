with

services as (

    select * from {{ ref('stg_housing__village_services') }}

),

-- Clinic, bus and the road to the township stand in the register of villages of the same year.
villages as (

    select * from {{ ref('stg_rural_revitalisation__villages') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}

),

joined as (

    select
        services.*,
        villages.household_count,
        services.hard_road_group_count >= services.group_count as has_hard_road,
        services.tap_water_percent >= bars.value as has_tap_water,
        services.activity_place_count > 0 as has_activity_place,
        villages.clinic_count > 0 as has_clinic,
        villages.has_bus,
        villages.has_paved_road
    from services
    left join villages
        on
            services.area_code = villages.area_code
            and services.period = villages.period
    left join bars
        on
            services.area_code = bars.area_code
            and services.period = bars.period
            and bars.bar = 'village_tap_water_percent'

),

final as (

    select
        substr(period, 1, 4) as period,
        area_code,
        cast(group_count as bigint) as group_count,
        cast(hard_road_group_count as bigint) as hard_road_group_count,
        cast(household_count as bigint) as household_count,
        cast(round(household_count * tap_water_percent / 100, 0) as bigint) as tap_water_household_count,
        cast(round(household_count * central_supply_percent / 100, 0) as bigint) as central_supply_household_count,
        cast(sanitary_toilet_count as bigint) as sanitary_toilet_count,
        cast(broadcast_household_count as bigint) as broadcast_household_count,
        cast(activity_place_count as bigint) as activity_place_count,
        cast(ecommerce_point_count as bigint) as ecommerce_point_count,
        cast(public_toilet_count as bigint) as public_toilet_count,
        cast(hardened_road_km as decimal(18, 4)) as hardened_road_km,
        {% for condition in village_conditions() %}
            {{ condition }},
        {% endfor %}
        {% for condition in village_conditions() -%}
            {{ condition }}{{ " and " if not loop.last }}
        {%- endfor %} as has_all_conditions,
        receipt_id,
        source_sheet,
        source_row
    from joined

)

select * from final
