{# The exact median of a group, between two middle values their mean; null values do not count. #}
{% macro median_of(value) -%}
    {{ return(adapter.dispatch('median_of')(value)) }}
{%- endmacro %}

{% macro default__median_of(value) -%}
    median(cast({{ value }} as double))
{%- endmacro %}

{% macro spark__median_of(value) -%}
    percentile(cast({{ value }} as double), 0.5)
{%- endmacro %}
