-- Households and money of the modes of support, and of the exit statuses, are those of all.
with

incomes as (

    select * from {{ ref('kpi_income_area_year') }}

),

final as (

    select
        period,
        area_id,
        sum(case when group_type = 'all' then net_income_cny end) as net_income_cny,
        sum(case when group_type = 'support_mode' then net_income_cny end) as support_mode_cny,
        sum(case when group_type = 'exit_status' then net_income_cny end) as exit_status_cny
    from incomes
    group by period, area_id
    having
        sum(case when group_type = 'all' then net_income_cny end)
        <> sum(case when group_type = 'support_mode' then net_income_cny end)
        or sum(case when group_type = 'all' then net_income_cny end)
        <> sum(case when group_type = 'exit_status' then net_income_cny end)
        or sum(case when group_type = 'all' then register_household_count end)
        <> sum(case when group_type = 'support_mode' then register_household_count end)

)

select * from final
