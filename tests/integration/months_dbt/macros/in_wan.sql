{# Yuan in ten thousand yuan. #}
{% macro in_wan(amount) -%}
    cast({{ amount }} / 10000 as decimal(18, 6))
{%- endmacro %}
