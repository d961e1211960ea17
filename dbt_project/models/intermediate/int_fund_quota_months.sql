with

movements as (

    select * from {{ ref('fct_fund_movement') }}

),

coverage as (

    select * from {{ ref('int_fund_coverage') }}

),

-- One row per quota and month from its first movement on, amounts cumulative.
cumulated as (

    select
        coverage.fund_scope,
        coverage.period,
        coverage.period_end_date,
        movements.quota_id,
        movements.area_code,
        movements.batch_id,
        movements.fund_level,
        movements.fund_use,
        movements.integrated_item_name,
        movements.is_integrated,
        {% for movement_type in ['allocated', 'arrived', 'paid_final', 'transferred'] %}
            sum(case when movements.movement_type = '{{ movement_type }}' then movements.amount_cny else 0 end)
                as {{ movement_type }}_cny,
        {% endfor %}
        max(case when movements.movement_type = 'allocated' then 1 else 0 end) as quota_count,
        min(case when movements.movement_type = 'arrived' then movements.movement_date end) as arrived_date
    from movements
    inner join coverage
        on
            movements.movement_date <= coverage.period_end_date
            and (coverage.fund_scope = 'all_years' or movements.budget_year = coverage.calendar_year)
    where movements.area_code is not null
    group by
        coverage.fund_scope,
        coverage.period,
        coverage.period_end_date,
        movements.quota_id,
        movements.area_code,
        movements.batch_id,
        movements.fund_level,
        movements.fund_use,
        movements.integrated_item_name,
        movements.is_integrated

),

final as (

    select
        *,
        arrived_cny - paid_final_cny as unspent_cny,
        case
            when arrived_date is null or period_end_date < {{ add_months('arrived_date', 12) }} then 'under_1_year'
            when period_end_date <= {{ add_months('arrived_date', 24) }} then '1_to_2_years'
            else 'over_2_years'
        end as carry_over_age
    from cumulated

)

select * from final
