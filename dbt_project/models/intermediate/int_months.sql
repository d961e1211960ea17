with

deliveries as (

    select * from {{ ref('int_feed_periods') }}

),

span as (

    select
        cast(min(substr(period, 1, 4)) || '-01-01' as date) as first_day,
        {{ period_start(as_of_period()) }} as last_day
    from deliveries

),

months as (

    {{ month_series('first_day', 'last_day') }}
    from span
    where first_day is not null

),

final as (

    select
        {{ month_of('period_start_date') }} as period,
        {{ month_of(add_months('period_start_date', -1)) }} as previous_period,
        {{ month_of(add_months('period_start_date', -12)) }} as previous_year_period,
        cast(extract(year from period_start_date) as integer) as calendar_year,
        cast(extract(month from period_start_date) as integer) as month_number,
        last_day(period_start_date) as period_end_date
    from months

)

select * from final
