with

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

first_payments as (

    select
        period,
        {{ month_of('min(paid_date)') }} as first_paid_period
    from payments
    where substr(period, 1, 4) = substr({{ month_of('paid_date') }}, 1, 4)
    group by period

),

files as (

    select
        feed_periods.period,
        substr(feed_periods.period, 1, 4) || '-01' as january,
        first_payments.first_paid_period,
        count(*) over (partition by substr(feed_periods.period, 1, 4)) as file_count
    from feed_periods
    left join first_payments
        on feed_periods.period = first_payments.period
    where feed_periods.feed = 'fund_payment'

),

-- A late-booked payment makes no yearly file: only the one file of its year can speak for the months before its own.
final as (

    select
        period,
        case
            when
                file_count = 1
                and first_paid_period < period
                and (first_paid_period = january or substr(period, 6, 2) = '12')
                then january
            else period
        end as first_period
    from files

)

select * from final
