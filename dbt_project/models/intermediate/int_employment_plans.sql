{% set platforms = [('county', '县级公司'), ('township', '乡镇工作站'), ('village', '村级服务点')] %}

with

plans as (

    select * from {{ ref('stg_rural_revitalisation__work_plans') }}

),

employment as (

    select * from {{ ref('fct_employment_month') }}

),

members as (

    select * from {{ ref('dim_person') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

-- A month is held against the newest plan of its year.
planned_months as (

    select
        months.period,
        max(plan_periods.period) as plan_period
    from {{ ref('int_feed_periods') }} as months
    inner join {{ ref('int_feed_periods') }} as plan_periods
        on
            plan_periods.feed = 'employment_plan'
            and substr(months.period, 1, 4) = substr(plan_periods.period, 1, 4)
            and months.period >= plan_periods.period
    where months.feed = 'employment_done'
    group by months.period

),

planned as (

    select
        planned_months.period,
        plans.member_key,
        plans.transfer_platform
    from planned_months
    inner join plans
        on planned_months.plan_period = plans.period
    where plans.is_planned

),

monitored as (

    select employment.*
    from employment
    inner join planned_months
        on employment.period = planned_months.period

),

-- Whom only one of the two knows counts on its side.
compared as (

    select
        coalesce(planned.period, monitored.period) as period,
        coalesce(monitored.area_code, members.area_code) as area_code,
        planned.member_key is not null as is_planned,
        planned.transfer_platform,
        coalesce(monitored.is_working, false) as is_working,
        coalesce(monitored.worked_month_count > 0, false) as has_worked
    from planned
    full outer join monitored
        on
            planned.period = monitored.period
            and planned.member_key = monitored.member_key
    left join members
        on planned.member_key = members.member_key

),

final as (

    select
        compared.period,
        sum(case when compared.is_planned then 1 else 0 end) as planned_worker_count,
        sum(case when compared.is_planned and compared.has_worked then 1 else 0 end) as planned_started_count,
        sum(case when compared.is_planned and compared.is_working then 1 else 0 end) as planned_working_count,
        sum(case when not compared.is_planned and compared.has_worked then 1 else 0 end) as unplanned_started_count,
        {% for name, platform in platforms %}
            sum(case when compared.is_planned and compared.transfer_platform = '{{ platform }}' then 1 else 0 end)
                as {{ name }}_planned_count,
            sum(
                case
                    when
                        compared.is_planned
                        and compared.has_worked
                        and compared.transfer_platform = '{{ platform }}'
                        then 1
                    else 0
                end
            ) as {{ name }}_started_count,
        {% endfor %}
        rollup_areas.rollup_area_code as area_id
    from compared
    inner join rollup_areas
        on
            compared.period = rollup_areas.period
            and compared.area_code = rollup_areas.area_code
    group by compared.period, rollup_areas.rollup_area_code

)

select * from final
