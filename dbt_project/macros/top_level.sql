{# The highest level of the division table that has figures; an office's own table may start at the county. #}
{% macro top_level() -%}
    (
        select
            coalesce(
                max(case when area_level = 'prefecture' then area_level end),
                max(case when area_level = 'county' then area_level end),
                max(case when area_level = 'township' then area_level end),
                max(area_level)
            )
        from {{ ref('dim_area') }}
        where area_level <> 'province'
    )
{%- endmacro %}
