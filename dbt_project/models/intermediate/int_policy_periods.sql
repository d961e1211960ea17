-- A policy is looked at once a year: in the last month of the year for which all lists that it goes by have come.
with

policies as (

    select distinct
        policy_name,
        feed,
        second_feed,
        third_feed
    from {{ ref('policy_entitlements') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

final as (

    select
        policies.policy_name,
        substr(feeds.period, 1, 4) as calendar_year,
        max(feeds.period) as period
    from policies
    inner join feed_periods as feeds
        on policies.feed = feeds.feed
    inner join feed_periods as second_feeds
        on
            policies.second_feed = second_feeds.feed
            and feeds.period = second_feeds.period
    inner join feed_periods as third_feeds
        on
            policies.third_feed = third_feeds.feed
            and feeds.period = third_feeds.period
    group by policies.policy_name, substr(feeds.period, 1, 4)

)

select * from final
