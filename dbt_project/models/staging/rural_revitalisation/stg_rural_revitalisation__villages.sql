with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__village_register') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- text
        township_name,
        village_name,
        village_class,
        -- numbers
        register_year,
        exit_year,
        household_count,
        population_count,
        rural_registered_population_count,
        net_income_per_head_cny,
        collective_income_cny,
        primary_school_count,
        pension_insured_count,
        clinic_count,
        public_toilet_count,
        doctor_count,
        waste_site_count,
        library_count,
        dibao_household_count,
        dibao_person_count,
        tekun_person_count,
        disabled_person_count,
        unsafe_water_household_count,
        dangerous_house_household_count,
        exited_household_count,
        remaining_household_count,
        remaining_person_count,
        poverty_incidence_percent,
        electrified_household_count,
        safe_housing_household_count,
        safe_water_household_count,
        school_age_count,
        out_of_school_count,
        medical_insured_count,
        industry_coverage_percent,
        -- booleans
        is_exited,
        has_bus,
        has_paved_road,
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
