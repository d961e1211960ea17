-- A policy is looked at once a year: in the last month for which all lists that it goes by have come, or, where its
-- lists come on days of their own, by the last of its first list in a year in which the others have come too.
with

policies as (

    select distinct
        policy_name,
        basis,
        feed,
        second_feed,
        third_feed
    from {{ ref('policy_entitlements') }}

),

feed_periods as (

    select
        feed,
        period,
        substr(period, 1, 4) as calendar_year
    from {{ ref('int_feed_periods') }}

),

final as (

    select
        policies.policy_name,
        feeds.calendar_year,
        max(feeds.period) as period
    from policies
    inner join feed_periods as feeds
        on policies.feed = feeds.feed
    inner join feed_periods as second_feeds
        on
            policies.second_feed = second_feeds.feed
            and feeds.calendar_year = second_feeds.calendar_year
            and (policies.basis = 'year' or feeds.period = second_feeds.period)
    inner join feed_periods as third_feeds
        on
            policies.third_feed = third_feeds.feed
            and feeds.calendar_year = third_feeds.calendar_year
            and (policies.basis = 'year' or feeds.period = third_feeds.period)
    group by policies.policy_name, feeds.calendar_year

)

select * from final
