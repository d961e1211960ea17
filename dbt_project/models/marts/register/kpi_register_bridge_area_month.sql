{% set parts = register_bridge_parts() %}

with

months as (

    select * from {{ ref('int_months') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

components as (

    select * from {{ ref('int_register_bridge_components') }}

),

first_month as (

    select substr(min(period), 1, 4) || '-01' as period
    from feed_periods
    where feed = 'register_changes'

),

population_groups as (

    select 'registered' as group_id
    union all
    select 'unexited' as group_id

),

-- What had arrived decides between null and 0.
universe as (

    select distinct
        months.period,
        {{ division_of('rollup_areas') }},
        population_groups.group_id,
        changes.period is not null as has_changes,
        opening_households.period is not null as has_opening_households,
        opening_persons.period is not null as has_opening_persons,
        closing_households.period is not null as has_closing_households,
        closing_persons.period is not null as has_closing_persons
    from months
    inner join first_month
        on months.period >= first_month.period
    inner join rollup_areas
        on {{ every_division('months.period') }}
    cross join population_groups
    left join feed_periods as changes
        on
            months.period = changes.period
            and changes.feed = 'register_changes'
    left join feed_periods as opening_households
        on
            months.previous_period = opening_households.period
            and opening_households.feed = 'household_register'
    left join feed_periods as opening_persons
        on
            months.previous_period = opening_persons.period
            and opening_persons.feed = 'person_register'
    left join feed_periods as closing_households
        on
            months.period = closing_households.period
            and closing_households.feed = 'household_register'
    left join feed_periods as closing_persons
        on
            months.period = closing_persons.period
            and closing_persons.feed = 'person_register'

),

sums as (

    select
        components.period,
        rollup_areas.rollup_area_code,
        {% for part in parts %}
            sum(
                case when components.component = '{{ part.component }}' then components.{{ part.unit }}_count else 0 end
            ) as {{ part.column }},
        {% endfor %}
        components.group_id
    from components
    inner join rollup_areas
        on
            components.period = rollup_areas.period
            and components.area_code = rollup_areas.area_code
    group by components.period, rollup_areas.rollup_area_code, components.group_id

),

measured as (

    select
        universe.period,
        universe.rollup_area_level as area_level,
        universe.rollup_area_code as area_id,
        universe.rollup_area_name as area_name,
        universe.rollup_parent_code as parent_area_id,
        {% for part in parts %}
            case
                when {{ part.arrived }} then coalesce(sums.{{ part.column }}, 0)
            end as {{ part.column }},
        {% endfor %}
        universe.group_id
    from universe
    left join sums
        on
            universe.period = sums.period
            and universe.rollup_area_code = sums.rollup_area_code
            and universe.group_id = sums.group_id

),

explained as (

    select
        {{ unexplained(parts, 'household') }} as unexplained_household_count,
        {{ unexplained(parts, 'person') }} as unexplained_person_count,
        *
    from measured

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        period,
        area_level,
        area_id,
        area_name,
        parent_area_id,
        'population' as group_type,
        group_id,
        {% for part in parts %}
            cast({{ part.column }} as bigint) as {{ part.column }},
        {% endfor %}
        cast(unexplained_household_count as bigint) as unexplained_household_count,
        cast(unexplained_person_count as bigint) as unexplained_person_count,
        unexplained_household_count = 0 and unexplained_person_count = 0 as is_balanced
    from explained

)

select * from final
