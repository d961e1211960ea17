{% set sources = ['wage_income', 'net_business_income', 'property_income', 'transfer_income', 'net_income'] %}

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

people as (

    select * from {{ ref('int_income_people') }}

),

years as (

    select
        months.calendar_year as income_year,
        max(months.period) as year_end_period,
        max(case when feed_periods.feed = 'household_register' then feed_periods.period end) as as_of_period,
        max(case when feed_periods.feed = 'income_register' then 1 else 0 end) = 1 as has_income_file
    from months
    left join feed_periods
        on months.period = feed_periods.period
    group by months.calendar_year

),

known_groups as (

    select
        'all' as group_type,
        'all' as group_id
    union
    select
        group_type,
        group_id
    from people

),

-- Every area has a row in every year and group: null where nothing has arrived, 0 where nobody belongs to it.
universe as (

    select distinct
        years.income_year,
        years.as_of_period,
        years.has_income_file and years.as_of_period is not null as has_arrived,
        {{ division_of('rollup_areas') }},
        known_groups.group_type,
        known_groups.group_id
    from years
    inner join rollup_areas
        on {{ every_division('coalesce(years.as_of_period, years.year_end_period)') }}
    cross join known_groups

),

sums as (

    select
        income_year,
        rollup_area_code,
        group_type,
        group_id,
        {% for source in sources %}
            sum({{ source }}_cny) as {{ source }}_cny,
        {% endfor %}
        {% for flag in ['zero', 'negative', 'falling', 'compared'] %}
            sum(case when is_{{ flag }} then 1 else 0 end) as {{ flag }}_household_count,
        {% endfor %}
        sum(case when is_falling then person_count else 0 end) as falling_person_count,
        sum(case when is_arithmetic_sound then 0 else 1 end) as unsound_household_count,
        sum(case when is_register_income_year then 0 else 1 end) as other_period_household_count,
        count(*) as household_count,
        sum(person_count) as person_count
    from people
    group by income_year, rollup_area_code, group_type, group_id

),

final as (

    select
        universe.*,
        {% for source in sources %}
            case when universe.has_arrived then coalesce(sums.{{ source }}_cny, 0) end as {{ source }}_cny,
        {% endfor %}
        {% for count in [
            'zero_household', 'negative_household', 'falling_household', 'compared_household', 'falling_person',
            'unsound_household', 'other_period_household', 'household', 'person',
        ] %}
            case when universe.has_arrived then coalesce(sums.{{ count }}_count, 0) end as {{ count }}_count
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from universe
    left join sums
        on
            universe.income_year = sums.income_year
            and universe.rollup_area_code = sums.rollup_area_code
            and universe.group_type = sums.group_type
            and universe.group_id = sums.group_id

)

select * from final
