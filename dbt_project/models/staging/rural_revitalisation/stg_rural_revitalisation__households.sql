with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__household_register') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        head_person_key,
        -- text
        township_name,
        village_name,
        group_name,
        household_type,
        exit_status,
        recognition_standard,
        poverty_attribute,
        main_poverty_cause,
        other_poverty_causes,
        support_mode,
        bank_name,
        dangerous_house_grade,
        access_road_type,
        fuel_type,
        industry_support_types,
        removed_reason,
        -- numbers
        register_year,
        exit_year,
        return_year,
        recognised_year,
        annual_member_count,
        current_member_count,
        housing_area_m2,
        main_road_distance_km,
        cropland_area_mu,
        irrigated_area_mu,
        forest_area_mu,
        returned_forest_area_mu,
        orchard_area_mu,
        pasture_area_mu,
        water_area_mu,
        -- booleans
        is_military_family,
        has_dangerous_house,
        has_safe_water,
        has_water_difficulty,
        has_sanitary_toilet,
        has_usable_toilet,
        has_household_electricity,
        has_production_electricity,
        has_broadcast,
        is_cooperative_member,
        has_leading_enterprise,
        has_entrepreneur_lead,
        is_relocated,
        -- dates
        removed_month,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select
        *,
        exit_status = '已脱贫' as is_exited,
        household_type <> '普通农户'
        and (removed_month is null or removed_month > {{ period_end('period') }}) as is_listed
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
