{% set sums = [
    'joined_household_count', 'joined_person_count', 'joined_poor_household_count', 'joined_poor_person_count',
    'income_cny', 'expense_cny', 'yield_cny', 'distributed_cny',
] %}
{% set villages_of = ['reporting_village_count', 'lined_village_count', 'below_line_village_count'] %}

with

projects as (

    select * from {{ ref('stg_agriculture__collective_projects') }}

),

registered as (

    select
        register_year as report_year,
        area_code,
        collective_income_cny
    from {{ ref('stg_rural_revitalisation__villages') }}

),

collective_lines as (

    select * from {{ ref('collective_income_lines') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

years as (

    select distinct
        period,
        cast(substr(period, 1, 4) as integer) as calendar_year
    from {{ ref('int_feed_periods') }}
    where feed = 'collective_economy'

),

register_years as (

    select distinct report_year as calendar_year
    from registered

),

villages as (

    select
        years.calendar_year,
        years.period,
        rollup_areas.area_code
    from years
    inner join rollup_areas
        on
            years.period = rollup_areas.period
            and rollup_areas.area_level = 'village'
            and rollup_areas.area_code = rollup_areas.rollup_area_code

),

lines as (

    {{ parameters_of_villages('collective_lines', 'villages', columns=['line_cny']) }}

),

-- A village without a line of the ledger has not reported; one whose income is 0 has.
village_sums as (

    select
        period,
        area_code,
        sum(income_cny) as income_cny
    from projects
    group by period, area_code

),

of_villages as (

    select
        villages.calendar_year,
        rollup_areas.rollup_area_code as area_id,
        count(*) as village_count,
        count(village_sums.income_cny) as reporting_village_count,
        count(case when village_sums.income_cny is not null then lines.line_cny end) as lined_village_count,
        sum(case when village_sums.income_cny < lines.line_cny then 1 else 0 end) as below_line_village_count,
        sum(registered.collective_income_cny) as register_income_cny,
        sum(
            case when registered.collective_income_cny <> coalesce(village_sums.income_cny, 0) then 1 else 0 end
        ) as register_differs_village_count
    from villages
    inner join rollup_areas
        on
            villages.period = rollup_areas.period
            and villages.area_code = rollup_areas.area_code
    left join village_sums
        on
            villages.period = village_sums.period
            and villages.area_code = village_sums.area_code
    left join lines
        on
            villages.period = lines.period
            and villages.area_code = lines.area_code
    left join registered
        on
            villages.calendar_year = registered.report_year
            and villages.area_code = registered.area_code
    group by villages.calendar_year, rollup_areas.rollup_area_code

),

cells as (

    {% for type, column in [('all', "'all'"), ('business_mode', 'projects.business_mode')] %}
        select
            projects.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            count(*) as project_count,
            {% for name in sums %}
                sum(projects.{{ name }}) as {{ name }},
            {% endfor %}
            {{ column }} as group_id
        from projects
        inner join rollup_areas
            on
                projects.period = rollup_areas.period
                and projects.area_code = rollup_areas.area_code
        group by projects.period, rollup_areas.rollup_area_code{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        years.period,
        years.calendar_year,
        register_years.calendar_year is not null as has_register,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from years
    inner join rollup_areas
        on {{ every_division('years.period') }}
    cross join groups
    left join register_years
        on years.calendar_year = register_years.calendar_year

),

final as (

    select
        {{ reporting_key(period='cast(universe.calendar_year as varchar)') }},
        cast(of_villages.village_count as bigint) as village_count,
        {% for name in villages_of %}
            cast(of_villages.{{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(coalesce(cells.project_count, 0) as bigint) as project_count,
        -- A place without any line has not reported.
        {% for name in sums %}
            cast(
                case when reported.project_count > 0 then coalesce(cells.{{ name }}, 0) end
                as {{ 'decimal(18, 2)' if name.endswith('_cny') else 'bigint' }}
            ) as {{ name }},
        {% endfor %}
        cast(
            case when universe.has_register then coalesce(of_villages.register_income_cny, 0) end as decimal(18, 2)
        ) as register_income_cny,
        cast(case when universe.has_register then of_villages.register_differs_village_count end as bigint)
            as register_differs_village_count,
        {{ share('cells.distributed_cny', 'cells.yield_cny') }} as distributed_share,
        cast({{ share('cells.income_cny', 'of_villages.reporting_village_count') }} as decimal(18, 2))
            as mean_income_cny
    from universe
    left join of_villages
        on
            universe.calendar_year = of_villages.calendar_year
            and universe.rollup_area_code = of_villages.area_id
            and universe.group_type = 'all'
    left join cells
        on {{ of_the_same_division('cells') }}
    left join cells as reported
        on
            universe.period = reported.period
            and universe.rollup_area_code = reported.area_id
            and reported.group_type = 'all'

)

select * from final
