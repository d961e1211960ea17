{% set measures = employment_measures() %}

with

contributions as (

    select * from {{ ref('int_employment_contributions') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

-- Sums of villages by all attributes first: a few hundred such cells a month, and every group adds them up.
villages as (

    select
        period,
        area_code,
        labour_capacity,
        sex,
        {% for measure in measures %}
            sum({{ measure.name }}) as {{ measure.name }},
        {% endfor %}
        age_group
    from contributions
    group by period, area_code, labour_capacity, sex, age_group

),

final as (

    {% for group in employment_groups() %}
        select
            villages.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ group.type }}' as group_type,
            {% for measure in measures %}
                sum(villages.{{ measure.name }}) as {{ measure.name }},
            {% endfor %}
            {{ "coalesce(villages." ~ group.column ~ ", 'unknown')" if group.column else "'all'" }} as group_id
        from villages
        inner join rollup_areas
            on
                villages.period = rollup_areas.period
                and villages.area_code = rollup_areas.area_code
        group by
            villages.period,
            rollup_areas.rollup_area_code
            {{- ", coalesce(villages." ~ group.column ~ ", 'unknown')" if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
