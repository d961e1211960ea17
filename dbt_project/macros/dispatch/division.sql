{# A share: null without a denominator, never an error and never infinite; between 0 and 1 unless a model says otherwise. #}
{% macro share(numerator, denominator) -%}
    cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0)
{%- endmacro %}
