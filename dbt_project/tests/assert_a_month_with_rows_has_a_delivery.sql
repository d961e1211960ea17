-- Null and 0 go by the deliveries: a feed whose rows came without one would show "not reported" beside its own figures.
with

row_periods as (

    {% for model, feed in [
        ('stg_rural_revitalisation__households', 'household_register'),
        ('stg_rural_revitalisation__persons', 'person_register'),
        ('stg_rural_revitalisation__register_changes', 'register_changes'),
        ('stg_civil_affairs__divisions', 'region'),
        ('stg_finance__fund_quotas', 'fund_quota'),
        ('stg_finance__fund_payments', 'fund_payment'),
    ] %}
        select distinct
            '{{ feed }}' as feed,
            period
        from {{ ref(model) }}
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

deliveries as (

    select * from {{ ref('int_feed_periods') }}

),

final as (

    select
        row_periods.feed,
        row_periods.period
    from row_periods
    left join deliveries
        on
            row_periods.feed = deliveries.feed
            and row_periods.period = deliveries.period
    where deliveries.period is null

)

select * from final
