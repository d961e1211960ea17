{# What one unit as departments write it is in ones, yuan or as a share: 万 and 亿, per cent and per mille. #}
{% macro unit_factor(unit_name) -%}
    case
        when {{ unit_name }} like '万%' then 10000
        when {{ unit_name }} like '亿%' then 100000000
        when {{ unit_name }} = '%' then 0.01
        when {{ unit_name }} = '‰' then 0.001
        else 1
    end
{%- endmacro %}
