{#
    The month the run speaks about, 'YYYY-MM', from the run and never from the clock. There is no default: a forgotten
    month would publish the wrong year without a word. While parsing and linting any month serves.
#}
{% macro as_of_period() -%}
    {%- set period = var('as_of_period', none) -%}
    {%- if period is none and execute and flags.WHICH in ('run', 'build', 'test') -%}
        {{ exceptions.raise_compiler_error("as_of_period is missing: pass --vars '{as_of_period: \"YYYY-MM\"}'") }}
    {%- endif -%}
    '{{ period or "2000-01" }}'
{%- endmacro %}
