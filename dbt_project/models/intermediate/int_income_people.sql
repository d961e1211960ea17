{% set groups = {
    'all': "'all'",
    'support_mode': "coalesce(incomes.support_mode, '未填')",
    'exit_status': "case when incomes.is_exited then '已脱贫' else '未脱贫' end",
} %}

with

incomes as (

    select * from {{ ref('fct_income') }}
    where is_in_register

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

grouped as (

    {% for group_type, group_id in groups.items() %}
        select
            incomes.*,
            '{{ group_type }}' as group_type,
            {{ group_id }} as group_id
        from incomes
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

placed as (

    select
        grouped.*,
        rollup_areas.rollup_area_code,
        grouped.net_income_per_head_cny * grouped.person_count as weighted_income_cny
    from grouped
    inner join rollup_areas
        on
            grouped.register_period = rollup_areas.period
            and grouped.area_code = rollup_areas.area_code

),

-- In the order of income per head: how many persons and how much income stand at or below each household. Those with a
-- loss come first; for the Lorenz curve they count as absent.
final as (

    select
        household_key,
        area_code,
        rollup_area_code,
        group_type,
        group_id,
        income_year,
        person_count,
        wage_income_cny,
        net_business_income_cny,
        property_income_cny,
        transfer_income_cny,
        net_income_cny,
        net_income_per_head_cny,
        is_zero,
        is_negative,
        is_arithmetic_sound,
        is_register_income_year,
        is_falling,
        previous_net_income_per_head_cny is not null as is_compared,
        sum(person_count) over ordered as cumulative_person_count,
        sum(person_count) over whole as all_person_count,
        sum(case when is_negative then 0 else person_count end) over ordered as counted_person_count,
        sum(case when is_negative then 0 else person_count end) over whole as all_counted_person_count,
        case when is_negative then 0 else weighted_income_cny end as counted_income_cny,
        sum(case when is_negative then 0 else weighted_income_cny end) over ordered as cumulative_income_cny,
        sum(case when is_negative then 0 else weighted_income_cny end) over whole as all_income_cny
    from placed
    window
        whole as (partition by income_year, rollup_area_code, group_type, group_id),
        ordered as (
            partition by income_year, rollup_area_code, group_type, group_id
            order by net_income_per_head_cny, household_key
            rows between unbounded preceding and current row
        )

)

select * from final
