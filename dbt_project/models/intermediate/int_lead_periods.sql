-- The months in which a kind of lead can be told at all: both registers and the other department's file are there.
-- Deaths come month by month and stay: a month is told once the first of their files has come.
with

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

registers as (

    select persons.period
    from feed_periods as persons
    inner join feed_periods as households
        on persons.period = households.period
    where
        persons.feed = 'person_register'
        and households.feed = 'household_register'

),

first_deaths as (

    select min(period) as period
    from feed_periods
    where feed = 'deaths'

),

final as (

    select
        registers.period,
        case
            when feed_periods.feed = 'vehicles' then 'vehicle'
            when feed_periods.feed = 'business_entities' then 'business_entity'
            else feed_periods.feed
        end as lead_kind
    from registers
    inner join feed_periods
        on registers.period = feed_periods.period
    where feed_periods.feed in ('real_estate', 'vehicles', 'public_payroll', 'business_entities')
    union all
    select
        registers.period,
        'reported_dead' as lead_kind
    from registers
    inner join first_deaths
        on registers.period >= first_deaths.period

)

select * from final
