with

employment as (

    select * from {{ ref('fct_employment_month') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

households as (

    select
        period,
        household_key,
        min(area_code) as area_code,
        max(case when is_labour_force then 1 else 0 end) as has_labour,
        max(case when is_working or has_public_post then 1 else 0 end) as has_work
    from employment
    group by period, household_key

),

final as (

    select
        households.period,
        rollup_areas.rollup_area_code as area_id,
        sum(households.has_labour) as labour_household_count,
        sum(case when households.has_labour = 1 and households.has_work = 0 then 1 else 0 end)
            as zero_employment_household_count
    from households
    inner join rollup_areas
        on
            households.period = rollup_areas.period
            and households.area_code = rollup_areas.area_code
    group by households.period, rollup_areas.rollup_area_code

)

select * from final
