{#
    What every figure of a division has in common: the reporting key of its row, and how sums are put beside it.
    `universe` is the CTE with a row for each division, period and group that has to be reported on.
#}

{# The reporting key of a row of `universe`, for a select list. #}
{% macro reporting_key() %}
        '{{ var("method_version") }}' as method_version,
        universe.period,
        universe.rollup_area_level as area_level,
        universe.rollup_area_code as area_id,
        universe.rollup_area_name as area_name,
        universe.rollup_parent_code as parent_area_id,
        universe.group_type,
        universe.group_id
{%- endmacro %}

{# The condition that joins the sums of `relation` to the rows of `universe`. #}
{% macro of_the_same_division(relation) %}
            universe.period = {{ relation }}.period
            and universe.rollup_area_code = {{ relation }}.area_id
            and universe.group_type = {{ relation }}.group_type
            and universe.group_id = {{ relation }}.group_id
{%- endmacro %}
