with

decisions as (

    select * from {{ ref('stg_organisation__decisions') }}

),

newest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'accountability'

),

final as (

    select
        decisions.decision_id,
        {{ month_of('decisions.decided_date') }} as period,
        decisions.object_kind,
        -- A person's unit may be enough to know the person.
        case when decisions.object_kind <> '个人' then decisions.unit_name end as unit_name,
        decisions.decision_kind,
        decisions.supervision_id,
        cast(decisions.reward_cny as decimal(18, 2)) as reward_cny,
        decisions.decided_date,
        decisions.period as list_period,
        decisions.receipt_id,
        decisions.source_sheet,
        decisions.source_row
    from decisions
    inner join newest
        on decisions.period = newest.period

)

select * from final
