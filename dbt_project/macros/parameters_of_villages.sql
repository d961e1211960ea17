{#
    The dated parameters that apply to each village and period: those of the smallest region that has some.

    `parameters` and `villages` are CTEs (the first with region, valid_from, valid_to; the second with period,
    area_code); `columns` are taken from the parameters; `per` names those among them that each have a value of
    their own, such as the kind of a lead.
#}
{% macro parameters_of_villages(parameters, villages, columns, per=[]) -%}
    select
        period,
        area_code,
        {{ columns | join(', ') }}
    from (
        select
            {{ villages }}.period,
            {{ villages }}.area_code,
            {% for column in columns -%}
                {{ parameters }}.{{ column }},
            {% endfor -%}
            row_number() over (
                partition by
                    {{ villages }}.period,
                    {{ villages }}.area_code
                    {%- for column in per %}, {{ parameters }}.{{ column }}{% endfor %}
                order by {{ parameters }}.region desc, {{ parameters }}.valid_from desc
            ) as preference
        from {{ villages }}
        inner join {{ parameters }}
            on
                {{ region_applies(parameters ~ '.region', villages ~ '.area_code') }}
                and {{ period_end(villages ~ '.period') }} >= {{ parameters }}.valid_from
                and (
                    {{ period_end(villages ~ '.period') }} <= {{ parameters }}.valid_to
                    or {{ parameters }}.valid_to is null
                )
    ) as ranked
    where preference = 1
{%- endmacro %}

{# The villages of every month, for parameters that may be asked of any of them. #}
{% macro every_village() %}
    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level = 'village'
{%- endmacro %}
