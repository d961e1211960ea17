-- One row per recognition, from the last register: its months before are told from the days it holds.
with

latest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'monitoring_register'

),

register as (

    select monitored.*
    from {{ ref('stg_rural_revitalisation__monitored') }} as monitored
    inner join latest
        on monitored.period = latest.period

),

first_month as (

    select min(period) as period
    from {{ ref('int_months') }}

),

-- The limits of the month of recognition; of the first month held for a recognition before it.
limited as (

    select
        register.*,
        case
            when {{ month_of('register.recognised_month') }} < first_month.period then first_month.period
            else {{ month_of('register.recognised_month') }}
        end as limit_period,
        row_number() over (
            partition by register.household_key order by register.recognised_month
        ) as spell_number
    from register
    cross join first_month

),

final as (

    select
        limited.household_key,
        cast(limited.spell_number as integer) as spell_number,
        limited.head_person_key,
        limited.area_code,
        case limited.monitoring_class
            when '脱贫不稳定户' then 'unstable'
            when '边缘易致贫户' then 'marginal'
            when '突发严重困难户' then 'sudden'
        end as monitoring_class,
        limited.risk,
        limited.second_risk,
        limited.elimination_way,
        limited.removal_reason,
        limited.evaluation,
        cast(limited.member_count as integer) as member_count,
        limited.income_per_head_cny,
        limited.own_payment_cny,
        limited.compensation_cny,
        limited.reference_income_cny,
        limited.income_after_per_head_cny,
        limited.recovered_cny,
        cast({{ days_between('limited.lead_date', 'limited.recognised_date') }} as integer) as recognition_days,
        cast({{ days_between('limited.notice_started_date', 'limited.notice_ended_date') }} as integer) as notice_days,
        limited.spell_number > 1 as is_return,
        limited.is_without_labour,
        limited.is_eliminated,
        limited.is_paused,
        {{ days_between('limited.lead_date', 'limited.recognised_date') }} > deadlines.recognition_day_limit
            as is_recognised_late,
        {{ days_between('limited.notice_started_date', 'limited.notice_ended_date') }} < deadlines.notice_day_limit
            as is_notice_short,
        limited.first_measure_date
        > {{ add_months('limited.recognised_date', 'deadlines.measure_month_limit') }} as is_measure_late,
        coalesce(limited.elimination_way = '帮扶消除', false)
        and limited.eliminated_month
        < {{ add_months('limited.recognised_month', 'deadlines.elimination_month_limit') }} as is_eliminated_early,
        coalesce(limited.elimination_way = '帮扶消除', false) and coalesce(limited.is_without_labour, false)
            as is_eliminated_without_labour,
        limited.recognised_month,
        limited.lead_date,
        limited.notice_started_date,
        limited.notice_ended_date,
        limited.recognised_date,
        limited.first_measure_date,
        {{ add_months('limited.recognised_date', 'deadlines.measure_month_limit') }} as measure_due_date,
        {{ add_months('limited.recognised_month', 'deadlines.elimination_month_limit') }} as earliest_elimination_month,
        {{ add_months('limited.recognised_month', 'deadlines.long_open_month_limit') }} as long_open_month,
        case when limited.is_eliminated then limited.eliminated_month end as eliminated_month,
        limited.removed_date,
        limited.pause_started_date,
        limited.pause_ended_date,
        limited.evaluated_date,
        limited.period,
        limited.receipt_id,
        limited.source_sheet,
        limited.source_row
    from limited
    left join {{ ref('int_monitoring_deadlines') }} as deadlines
        on
            limited.limit_period = deadlines.period
            and limited.area_code = deadlines.area_code

)

select * from final
