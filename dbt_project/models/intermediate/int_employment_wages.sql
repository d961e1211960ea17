with

employment as (

    select * from {{ ref('fct_employment_month') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

wages as (

    select
        employment.period,
        employment.labour_capacity,
        employment.sex,
        employment.age_group,
        employment.monthly_wage_cny,
        rollup_areas.rollup_area_code
    from employment
    inner join rollup_areas
        on
            employment.period = rollup_areas.period
            and employment.area_code = rollup_areas.area_code
    where
        employment.monthly_wage_cny is not null
        and not coalesce(employment.is_wage_implausible, false)

),

final as (

    {% for group in employment_groups() %}
        select
            period,
            rollup_area_code as area_id,
            '{{ group.type }}' as group_type,
            {{ "coalesce(" ~ group.column ~ ", 'unknown')" if group.column else "'all'" }} as group_id,
            sum(monthly_wage_cny) as wage_sum_cny,
            count(*) as wage_count,
            {{ median_of('monthly_wage_cny') }} as median_wage_cny
        from wages
        group by period, rollup_area_code{{ ", coalesce(" ~ group.column ~ ", 'unknown')" if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
