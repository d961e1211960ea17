with

units as (

    select * from {{ ref('int_policy_units') }}

),

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

policies as (

    select distinct policy_name
    from {{ ref('policy_entitlements') }}

),

bounds as (

    select * from {{ ref('int_policy_bounds') }}

),

-- The feeds of a policy that are late leave its figures null in the years in which another policy has some.
years as (

    select
        calendar_year,
        max(period) as period
    from policy_periods
    group by calendar_year

),

villages as (

    select
        policy_name,
        calendar_year,
        period,
        area_code,
        sum(case when coverage in ('covered', 'without') then 1 else 0 end) as eligible_count,
        sum(case when coverage = 'covered' then 1 else 0 end) as covered_count,
        sum(case when coverage = 'without' then 1 else 0 end) as without_count,
        sum(case when is_receiving then 1 else 0 end) as receiving_count,
        sum(case when coverage = 'without_right' then 1 else 0 end) as without_right_count,
        sum(case when coverage = 'others' then 1 else 0 end) as other_receiving_count,
        sum(case when coverage = 'unknown' then 1 else 0 end) as unknown_count,
        sum(case when coverage = 'unknown' and is_receiving then 1 else 0 end) as unknown_receiving_count
    from units
    group by policy_name, calendar_year, period, area_code

),

cells as (

    select
        villages.policy_name,
        rollup_areas.rollup_area_code as area_id,
        {% for name in [
            'eligible', 'covered', 'without', 'receiving', 'without_right', 'other_receiving', 'unknown',
            'unknown_receiving',
        ] %}
            sum(villages.{{ name }}_count) as {{ name }}_count,
        {% endfor %}
        villages.calendar_year
    from villages
    inner join rollup_areas
        on
            villages.period = rollup_areas.period
            and villages.area_code = rollup_areas.area_code
    group by villages.policy_name, villages.calendar_year, rollup_areas.rollup_area_code

),

universe as (

    select distinct
        years.calendar_year,
        policies.policy_name,
        policy_periods.period as list_period,
        {{ division_of('rollup_areas') }}
    from years
    cross join policies
    inner join rollup_areas
        on {{ every_division('years.period') }}
    left join policy_periods
        on
            years.calendar_year = policy_periods.calendar_year
            and policies.policy_name = policy_periods.policy_name
    -- Where no rule is in force in any village there is nothing to be entitled to, and no row.
    inner join bounds
        on
            coalesce(policy_periods.period, years.period) = bounds.period
            and policies.policy_name = bounds.policy_name
            and rollup_areas.area_code = bounds.area_code

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        universe.calendar_year as period,
        universe.list_period,
        universe.rollup_area_level as area_level,
        universe.rollup_area_code as area_id,
        universe.rollup_area_name as area_name,
        universe.rollup_parent_code as parent_area_id,
        'policy' as group_type,
        universe.policy_name as group_id,
        {% for name in [
            'eligible', 'covered', 'without', 'receiving', 'without_right', 'other_receiving', 'unknown',
            'unknown_receiving',
        ] %}
            cast(
                case when universe.list_period is not null then coalesce(cells.{{ name }}_count, 0) end as bigint
            ) as {{ name }}_count,
        {% endfor %}
        {{ share('cells.covered_count', 'cells.eligible_count') }} as covered_share
    from universe
    left join cells
        on
            universe.calendar_year = cells.calendar_year
            and universe.policy_name = cells.policy_name
            and universe.rollup_area_code = cells.area_id

)

select * from final
