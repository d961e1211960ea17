{#
    What every figure of a division has in common: the divisions and groups that have a row, the reporting key of the
    row, and how sums are put beside it. `rollup_areas` is the CTE on `int_area_rollup`: each division beside itself and
    each one above it. `universe` is the CTE with a row for each division, period and group that has to be reported on;
    its `from` and its joins stand in the model, so that each model says itself which periods and groups it reports on.
#}

{# A division as a row of `relation` shows it: code, level, name and the division above, for a select list. #}
{% macro division_of(relation) %}
        {{ relation }}.rollup_area_code,
        {{ relation }}.rollup_area_level,
        {{ relation }}.rollup_area_name,
        {{ relation }}.rollup_parent_code
{%- endmacro %}

{# The condition that joins every village of the month `period`, and each division above it, from `rollup_areas`. #}
{% macro every_division(period) %}
            {{ period }} = rollup_areas.period
            and rollup_areas.area_level = 'village'
{%- endmacro %}

{# The groups that have sums in `relation`, and the group all, which has a row even where nothing was summed. #}
{% macro groups_of(relation) %}
    select distinct
        group_type,
        group_id
    from {{ relation }}
    union
    select
        'all' as group_type,
        'all' as group_id
{%- endmacro %}

{#
    The reporting key of a row of `of`, for a select list. `of` is none where no relation is named; `period` is an
    expression where the row's own period is not the one it is published under.
#}
{% macro reporting_key(of='universe', period=none) %}
    {%- set at = of ~ '.' if of else '' %}
        '{{ var("method_version") }}' as method_version,
        {{ period ~ ' as period' if period else at ~ 'period' }},
        {{ at }}rollup_area_level as area_level,
        {{ at }}rollup_area_code as area_id,
        {{ at }}rollup_area_name as area_name,
        {{ at }}rollup_parent_code as parent_area_id,
        {{ at }}group_type,
        {{ at }}group_id
{%- endmacro %}

{# The reporting key of a row that already carries it by its published names, such as those of `sums_of_areas`. #}
{% macro carried_key(of=none) %}
    {%- set at = of ~ '.' if of else '' %}
        '{{ var("method_version") }}' as method_version,
        {{ at }}period,
        {{ at }}area_level,
        {{ at }}area_id,
        {{ at }}area_name,
        {{ at }}parent_area_id,
        {{ at }}group_type,
        {{ at }}group_id
{%- endmacro %}

{# The condition that joins the sums of `relation` to the rows of `universe`. #}
{% macro of_the_same_division(relation) %}
            universe.period = {{ relation }}.period
            and universe.rollup_area_code = {{ relation }}.area_id
            and universe.group_type = {{ relation }}.group_type
            and universe.group_id = {{ relation }}.group_id
{%- endmacro %}
