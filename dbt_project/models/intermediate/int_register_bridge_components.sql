with

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

changes as (

    select * from {{ ref('stg_rural_revitalisation__register_changes') }}

),

months as (

    select * from {{ ref('int_months') }}

),

flows as (

    {% for flow in register_flows() %}
        select
            '{{ flow.change_type }}' as change_type,
            '{{ flow.name }}' as component,
            {{ flow.unexited == 'always' }} as is_always_unexited,
            {{ flow.registered }} as moves_registered
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

stocks as (

    select
        area_code,
        period,
        is_exited,
        count(*) as household_count,
        sum(person_count) as person_count
    from snapshots
    group by area_code, period, is_exited

),

stock_components as (

    select
        months.period,
        stocks.area_code,
        'opening' as component,
        stocks.is_exited,
        stocks.household_count,
        stocks.person_count
    from stocks
    inner join months
        on stocks.period = months.previous_period
    union all
    select
        period,
        area_code,
        'closing' as component,
        is_exited,
        household_count,
        person_count
    from stocks

),

events as (

    select
        changes.change_period as period,
        changes.area_code,
        flows.component,
        flows.moves_registered,
        changes.household_count,
        changes.person_count,
        flows.is_always_unexited
        or not coalesce(opening.is_exited, closing.is_exited, true) as is_unexited
    from changes
    inner join flows
        on changes.change_type = flows.change_type
    inner join months
        on changes.change_period = months.period
    left join snapshots as opening
        on
            changes.household_key = opening.household_key
            and months.previous_period = opening.period
    left join snapshots as closing
        on
            changes.household_key = closing.household_key
            and months.period = closing.period

),

components as (

    select
        period,
        area_code,
        'registered' as group_id,
        component,
        household_count,
        person_count
    from stock_components
    union all
    select
        period,
        area_code,
        'unexited' as group_id,
        component,
        household_count,
        person_count
    from stock_components
    where not is_exited
    union all
    select
        period,
        area_code,
        'registered' as group_id,
        component,
        household_count,
        person_count
    from events
    where moves_registered
    union all
    select
        period,
        area_code,
        'unexited' as group_id,
        component,
        household_count,
        person_count
    from events
    where is_unexited

),

final as (

    select
        period,
        area_code,
        group_id,
        component,
        sum(household_count) as household_count,
        sum(person_count) as person_count
    from components
    group by period, area_code, group_id, component

)

select * from final
