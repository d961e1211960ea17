with

months as (

    select * from {{ ref('int_months') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

-- A quota list speaks for its year up to its own month.
quota_lists as (

    select
        substr(period, 1, 4) as list_year,
        max(period) as last_period
    from feed_periods
    where feed = 'fund_quota'
    group by substr(period, 1, 4)

),

first_payments as (

    select
        period,
        {{ month_of('min(paid_date)') }} as first_paid_period
    from payments
    group by period

),

-- A payment file speaks for its own month; one with earlier payments is a whole year's and speaks from January on.
payment_files as (

    select
        feed_periods.period as last_period,
        case
            when first_payments.first_paid_period < feed_periods.period
                then substr(feed_periods.period, 1, 4) || '-01'
            else feed_periods.period
        end as first_period
    from feed_periods
    left join first_payments
        on feed_periods.period = first_payments.period
    where feed_periods.feed = 'fund_payment'

),

first_month as (

    select substr(min(period), 1, 4) || '-01' as period
    from feed_periods
    where feed in ('fund_quota', 'fund_payment')

),

monthly as (

    select
        months.period,
        months.previous_year_period,
        months.calendar_year,
        months.month_number,
        months.period_end_date,
        max(case when quota_lists.last_period >= months.period then 1 else 0 end) as quota_mark,
        max(case when payment_files.last_period is not null then 1 else 0 end) as payment_mark
    from months
    inner join first_month
        on months.period >= first_month.period
    left join quota_lists
        on substr(months.period, 1, 4) = quota_lists.list_year
    left join payment_files
        on months.period between payment_files.first_period and payment_files.last_period
    group by
        months.period,
        months.previous_year_period,
        months.calendar_year,
        months.month_number,
        months.period_end_date

),

final as (

    select
        period,
        previous_year_period,
        calendar_year,
        month_number,
        period_end_date,
        'current_year' as fund_scope,
        quota_mark = 1 as has_quotas,
        min(payment_mark) over (partition by calendar_year order by period) = 1 as has_payments
    from monthly
    union all
    select
        period,
        previous_year_period,
        calendar_year,
        month_number,
        period_end_date,
        'all_years' as fund_scope,
        min(quota_mark) over (order by period) = 1 as has_quotas,
        min(payment_mark) over (order by period) = 1 as has_payments
    from monthly

)

select * from final
