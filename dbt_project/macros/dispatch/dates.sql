{# Dates as DuckDB and Spark write them. A period is text 'YYYY-MM', a year's period is 'YYYY'. #}

{# First day of a period. #}
{% macro period_start(period) -%}
    cast({{ period }} || '-01' as date)
{%- endmacro %}

{# Last day of a period. #}
{% macro period_end(period) -%}
    last_day({{ period_start(period) }})
{%- endmacro %}

{# The period that a date lies in. #}
{% macro month_of(day) -%}
    {{ return(adapter.dispatch('month_of')(day)) }}
{%- endmacro %}

{% macro default__month_of(day) -%}
    strftime({{ day }}, '%Y-%m')
{%- endmacro %}

{% macro spark__month_of(day) -%}
    date_format({{ day }}, 'yyyy-MM')
{%- endmacro %}

{# A date `months` later (earlier, if negative). #}
{% macro add_months(day, months) -%}
    {{ return(adapter.dispatch('add_months')(day, months)) }}
{%- endmacro %}

{% macro default__add_months(day, months) -%}
    cast({{ day }} + to_months({{ months }}) as date)
{%- endmacro %}

{% macro spark__add_months(day, months) -%}
    add_months({{ day }}, {{ months }})
{%- endmacro %}

{# Whole days from one date to a later one. #}
{% macro days_between(earlier, later) -%}
    {{ return(adapter.dispatch('days_between')(earlier, later)) }}
{%- endmacro %}

{% macro default__days_between(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}

{% macro spark__days_between(earlier, later) -%}
    datediff({{ later }}, {{ earlier }})
{%- endmacro %}

{# A date `days` later. #}
{% macro add_days(day, days) -%}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{%- endmacro %}

{% macro default__add_days(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}
