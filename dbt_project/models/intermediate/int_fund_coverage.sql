with

months as (

    select * from {{ ref('int_months') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

payment_files as (

    select * from {{ ref('int_fund_payment_files') }}

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
        max(case when payment_files.period is not null then 1 else 0 end) as payment_mark
    from months
    inner join first_month
        on months.period >= first_month.period
    left join quota_lists
        on substr(months.period, 1, 4) = quota_lists.list_year
    left join payment_files
        on months.period between payment_files.first_period and payment_files.period
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
