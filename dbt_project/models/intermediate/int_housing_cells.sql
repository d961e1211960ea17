{% set measures = housing_measures() %}

with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

dwellings as (

    select * from {{ ref('fct_dwelling') }}

),

renovations as (

    select * from {{ ref('fct_renovation') }}

),

houses as (

    select
        d.period,
        d.area_code,
        d.target_group,
        d.house_grade,
        {% for measure in measures %}
            {{ measure.value }} as {{ measure.name }},
        {% endfor %}
        cast(r.renovation_year as varchar) as renovation_year
    from dwellings as d
    left join renovations as r
        on
            d.house_id = r.house_id
            and d.period = r.period
    where d.is_year_end

),

-- Sums of villages by all attributes first: every group and level adds them up.
villages as (

    select
        period,
        area_code,
        target_group,
        house_grade,
        {% for measure in measures %}
            sum({{ measure.name }}) as {{ measure.name }},
        {% endfor %}
        renovation_year
    from houses
    group by period, area_code, target_group, house_grade, renovation_year

),

final as (

    {% for group in housing_groups() %}
        select
            villages.period,
            rollup_areas.rollup_area_code as area_id,
            {% for measure in measures %}
                sum(villages.{{ measure.name }}) as {{ measure.name }},
            {% endfor %}
            '{{ group.type }}' as group_type,
            {{ "villages." ~ group.column if group.column else "'all'" }} as group_id
        from villages
        inner join rollup_areas
            on
                villages.period = rollup_areas.period
                and villages.area_code = rollup_areas.area_code
        {{ "where villages." ~ group.column ~ " is not null" if group.column }}
        group by
            villages.period,
            rollup_areas.rollup_area_code
            {{- ", villages." ~ group.column if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
