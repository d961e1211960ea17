{#
    Building blocks of the figures on guarantees: contributions of villages, sums of divisions above them, and a row
    for every division, period and group, with null where the feed of a figure has not arrived and 0 where it says none.
#}

{# Periods (`length` 4: years, 7: months) in which one of `feeds` arrived, and which of them. #}
{% macro periods_of_feeds(feeds, length=4) %}
    select
        substr(period, 1, {{ length }}) as period,
        max(period) as area_period
        {%- for feed in feeds %},
            max(case when feed = '{{ feed }}' then 1 else 0 end) = 1 as has_{{ feed }}
        {%- endfor %}
    from {{ ref('int_feed_periods') }}
    where feed in ({% for feed in feeds %}'{{ feed }}'{{ ", " if not loop.last }}{% endfor %})
    group by substr(period, 1, {{ length }})
{% endmacro %}

{#
    Sums by period, area and group of `relation`; `values` maps measures to expressions, the other measures are 0.
    `group_id` is a column of the relation, or none for the group all; `year` the column of its year, if not `period`.
#}
{% macro contribution(relation, measures, values, group_type='all', group_id=none, where=none, year=none) %}
    select
        {{ "cast(" ~ year ~ " as varchar) as " if year }}period,
        area_code,
        {%- for measure in measures %}
            {{ "sum(" ~ values[measure] ~ ")" if measure in values else "0" }} as {{ measure }},
        {%- endfor %}
        '{{ group_type }}' as group_type,
        {{ group_id or "'all'" }} as group_id
    from {{ relation }}
    {{ "where " ~ where if where }}
    group by {{ year or 'period' }}, area_code{{ ", " ~ group_id if group_id }}
{% endmacro %}

{# CTEs `cells`, `universe` and `measured` on the CTEs `contributions`, `periods` and `rollup_areas`. #}
{% macro sums_of_areas(measures) %}
cells as (

    select
        contributions.period,
        rollup_areas.rollup_area_code as area_id,
        {%- for measure in measures %}
            sum(contributions.{{ measure }}) as {{ measure }},
        {%- endfor %}
        contributions.group_type,
        contributions.group_id
    from contributions
    inner join periods
        on contributions.period = periods.period
    inner join rollup_areas
        on
            periods.area_period = rollup_areas.period
            and contributions.area_code = rollup_areas.area_code
    group by
        contributions.period,
        rollup_areas.rollup_area_code,
        contributions.group_type,
        contributions.group_id

),

groups as (

    select distinct
        group_type,
        group_id
    from cells
    where group_id is not null
    union
    select
        'all' as group_type,
        'all' as group_id

),

universe as (

    select distinct
        periods.*,
        rollup_areas.rollup_area_code as area_id,
        rollup_areas.rollup_area_level as area_level,
        rollup_areas.rollup_area_name as area_name,
        rollup_areas.rollup_parent_code as parent_area_id,
        groups.group_type,
        groups.group_id
    from periods
    inner join rollup_areas
        on
            periods.area_period = rollup_areas.period
            and rollup_areas.area_level = 'village'
    cross join groups

),

measured as (

    select
        universe.*,
        {%- for measure, feeds in measures.items() %}
            case
                when {% for feed in feeds %}universe.has_{{ feed }} and {% endfor %}true
                    then coalesce(cells.{{ measure }}, 0)
            end as {{ measure }}{{ "," if not loop.last }}
        {%- endfor %}
    from universe
    left join cells
        on
            universe.period = cells.period
            and universe.area_id = cells.area_id
            and universe.group_type = cells.group_type
            and universe.group_id = cells.group_id

)
{% endmacro %}

{# 1 where a condition is true, else 0: the summand of a count. #}
{% macro one_if(condition) -%}
    case when {{ condition }} then 1 else 0 end
{%- endmacro %}

{# What a village is asked to have: true, false, or null where the table that says so has not arrived. #}
{% macro village_conditions() %}
    {% do return([
        'has_hard_road', 'has_paved_road', 'has_three_phase_power', 'has_fibre', 'has_4g', 'has_tap_water',
        'has_waste_collection', 'has_activity_place', 'has_clinic', 'has_bus',
    ]) %}
{% endmacro %}
