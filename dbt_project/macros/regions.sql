{#
    True when a dated parameter of `region` applies to an area: the region is the area itself, its township, county,
    prefecture or province by the first digits of the 12-digit code, or 000000000000 for the whole country.
#}
{% macro region_applies(region, area_code) -%}
    {{ region }} in (
        {{ area_code }},
        {% for digits in [9, 6, 4, 2] -%}
            rpad(substr({{ area_code }}, 1, {{ digits }}), 12, '0'),
        {% endfor -%}
        '000000000000'
    )
{%- endmacro %}
