with

operators as (

    select * from {{ ref('stg_agriculture__operators') }}

),

last_ledgers as (

    {{ last_month_of_each_year('operators') }}

),

-- Households that the ledger of the same year gives under the operator's name.
linked as (

    select
        operator_name,
        calendar_year,
        count(distinct household_key) as linked_household_count
    from {{ ref('fct_industry_participation') }}
    where is_linked
    group by operator_name, calendar_year

),

linked_years as (

    select distinct calendar_year from {{ ref('fct_industry_participation') }}

),

-- Who worked there in some month of the year, as the monthly monitoring names the employer.
workers as (

    select
        operators.operator_name,
        operators.period,
        count(distinct work_months.member_key) as worker_count
    from operators
    inner join {{ ref('stg_rural_revitalisation__work_months') }} as work_months
        on
            operators.operator_name = work_months.employer_name
            and substr(operators.period, 1, 4) = substr(work_months.period, 1, 4)
            and operators.period >= work_months.period
    where work_months.is_working
    group by operators.operator_name, operators.period

),

work_years as (

    select distinct substr(period, 1, 4) as calendar_year
    from {{ ref('int_feed_periods') }}
    where feed = 'employment_done'

),

final as (

    select
        operators.period,
        operators.operator_name,
        cast(substr(operators.period, 1, 4) as integer) as calendar_year,
        operators.area_code,
        operators.operator_class,
        operators.recognition_level,
        operators.main_industry,
        operators.operating_status,
        cast(operators.member_count as bigint) as member_count,
        cast(operators.reported_linked_household_count as bigint) as reported_linked_household_count,
        cast(
            case
                when linked_years.calendar_year is not null then coalesce(linked.linked_household_count, 0)
            end as bigint
        ) as linked_household_count,
        cast(operators.reported_worker_count as bigint) as reported_worker_count,
        cast(case when work_years.calendar_year is not null then coalesce(workers.worker_count, 0) end as bigint)
            as worker_count,
        cast(operators.monthly_increase_cny as decimal(18, 2)) as monthly_increase_cny,
        cast(operators.reward_cny as decimal(18, 2)) as reward_cny,
        last_ledgers.calendar_year is not null as is_last_of_year,
        operators.operating_status = '正常' as is_operating,
        operators.recognised_date,
        operators.receipt_id,
        operators.source_sheet,
        operators.source_row
    from operators
    left join last_ledgers
        on operators.period = last_ledgers.period
    left join linked_years
        on substr(operators.period, 1, 4) = cast(linked_years.calendar_year as varchar)
    left join linked
        on
            operators.operator_name = linked.operator_name
            and linked_years.calendar_year = linked.calendar_year
    left join work_years
        on substr(operators.period, 1, 4) = work_years.calendar_year
    left join workers
        on
            operators.operator_name = workers.operator_name
            and operators.period = workers.period

)

select * from final
