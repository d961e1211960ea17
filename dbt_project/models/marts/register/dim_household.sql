with

households as (

    select * from {{ ref('stg_rural_revitalisation__households') }}

),

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

spans as (

    select
        household_key,
        min(period) as first_period,
        max(period) as last_period
    from households
    group by household_key

),

final as (

    select
        households.household_key,
        households.area_code,
        households.group_name,
        households.household_type,
        households.exit_status,
        households.recognition_standard,
        households.poverty_attribute,
        households.main_poverty_cause,
        households.other_poverty_causes,
        households.support_mode,
        households.dangerous_house_grade,
        spans.first_period,
        spans.last_period,
        cast(households.recognised_year as integer) as recognised_year,
        cast(households.exit_year as integer) as exit_year,
        cast(households.return_year as integer) as return_year,
        cast(households.annual_member_count as bigint) as annual_member_count,
        cast(snapshots.person_count as bigint) as person_count,
        cast(households.housing_area_m2 as decimal(18, 4)) as housing_area_m2,
        cast(households.cropland_area_mu as decimal(18, 4)) as cropland_area_mu,
        cast(households.forest_area_mu as decimal(18, 4)) as forest_area_mu,
        households.is_exited,
        households.is_listed,
        households.is_relocated,
        households.is_cooperative_member,
        households.has_dangerous_house,
        households.has_safe_water,
        households.has_sanitary_toilet
    from households
    inner join spans
        on
            households.household_key = spans.household_key
            and households.period = spans.last_period
    left join snapshots
        on
            households.household_key = snapshots.household_key
            and households.period = snapshots.period

)

select * from final
