{# Lists as DuckDB and Spark write them. #}

{# One row per month from the first date to the last, as a select with the one column `period_start_date`. #}
{% macro month_series(first_day, last_day) -%}
    {{ return(adapter.dispatch('month_series')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__month_series(first_day, last_day) -%}
    select cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 month)) as date) as period_start_date
{%- endmacro %}

{% macro spark__month_series(first_day, last_day) -%}
    select explode(sequence({{ first_day }}, {{ last_day }}, interval 1 month)) as period_start_date
{%- endmacro %}
