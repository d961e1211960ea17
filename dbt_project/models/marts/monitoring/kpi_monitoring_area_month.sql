{% set flows = ['new', 'returned', 'eliminated', 'natural', 'removed'] %}
{% set stocks = [
    ['closing', 'is_open'],
    ['without_labour', 'is_open and is_without_labour'],
    ['without_measure_overdue', 'is_open and measure_is_missing'],
    ['long_open', 'is_open and is_long_open'],
    ['paused', 'is_open and is_paused_now'],
    ['late_recognition', 'is_started and is_recognised_late'],
    ['short_notice', 'is_started and is_notice_short'],
    ['early_elimination', 'is_ended and is_eliminated_early'],
    ['labourless_elimination', 'is_ended and is_eliminated_without_labour'],
] %}
{% set classes = ['unstable', 'marginal', 'sudden'] %}

with

spells as (

    select
        *,
        {{ month_of('recognised_month') }} as started_period,
        {{ month_of('eliminated_month') }} as eliminated_period,
        {{ month_of('removed_date') }} as removed_period,
        case when elimination_way = '自然消除' then 'natural' else 'eliminated' end as ending
    from {{ ref('fct_monitoring') }}

),

-- A spell ends once: by elimination or by removal, whichever month came first.
ended as (

    select
        *,
        case
            when removed_period < coalesce(eliminated_period, '9999-12') then removed_period
            else eliminated_period
        end as ended_period,
        case
            when removed_period < coalesce(eliminated_period, '9999-12') then 'removed'
            when eliminated_period is not null then ending
        end as ended_by
    from spells

),

latest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'monitoring_register'

),

months as (

    select
        months.period,
        months.period_end_date,
        months.period <= latest.period as is_told
    from {{ ref('int_months') }} as months
    cross join latest
    where months.period >= (select min(ended.started_period) as period from ended)

),

states as (

    select
        months.period,
        ended.household_key,
        ended.area_code,
        ended.monitoring_class,
        ended.risk,
        ended.member_count,
        ended.recovered_cny,
        ended.started_period < months.period and coalesce(ended.ended_period >= months.period, true) as is_opening,
        ended.started_period = months.period and not ended.is_return as is_new,
        ended.started_period = months.period and ended.is_return as is_returned,
        coalesce(ended.ended_period = months.period and ended.ended_by = 'eliminated', false) as is_eliminated_now,
        coalesce(ended.ended_period = months.period and ended.ended_by = 'natural', false) as is_natural_now,
        coalesce(ended.ended_period = months.period and ended.ended_by = 'removed', false) as is_removed_now,
        coalesce(ended.ended_period > months.period, true) as is_open,
        true as is_started,
        coalesce(ended.ended_period <= months.period, false) as is_ended,
        coalesce(ended.is_without_labour, false) as is_without_labour,
        ended.measure_due_date < months.period_end_date
        and coalesce(ended.first_measure_date > months.period_end_date, true) as measure_is_missing,
        {{ month_of('ended.long_open_month') }} <= months.period as is_long_open,
        coalesce(
            ended.pause_started_date <= months.period_end_date
            and coalesce(ended.pause_ended_date > months.period_end_date, true), false
        ) as is_paused_now,
        ended.is_recognised_late,
        ended.is_notice_short,
        ended.is_eliminated_early,
        ended.is_eliminated_without_labour,
        coalesce(ended.removed_date <= months.period_end_date, false) as is_removed_so_far
    from months
    inner join ended
        on months.period >= ended.started_period
    where months.is_told

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

counted as (

    {% for type, column in [('all', none), ('monitoring_class', 'monitoring_class'), ('risk', 'risk')] %}
        select
            states.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ "'all'" if column is none else "states." ~ column }} as group_id,
            {% for unit, value in [('household', '1'), ('person', 'states.member_count')] %}
                sum(case when states.is_opening then {{ value }} else 0 end) as opening_{{ unit }}_count,
                sum(case when states.is_new then {{ value }} else 0 end) as new_{{ unit }}_count,
                sum(case when states.is_returned then {{ value }} else 0 end) as returned_{{ unit }}_count,
                {% for flow in flows[2:] %}
                    sum(case when states.is_{{ flow }}_now then {{ value }} else 0 end)
                        as {{ flow }}_{{ unit }}_count,
                {% endfor %}
                sum(case when states.is_open then {{ value }} else 0 end) as closing_{{ unit }}_count,
            {% endfor %}
            {% for name, condition in stocks[1:] %}
                sum(case when {{ condition }} then 1 else 0 end) as {{ name }}_household_count,
            {% endfor %}
            sum(case when states.is_removed_so_far then states.recovered_cny else 0 end) as recovered_cny
        from states
        inner join rollup_areas
            on
                states.period = rollup_areas.period
                and states.area_code = rollup_areas.area_code
        group by states.period, rollup_areas.rollup_area_code{{ ", states." ~ column if column is not none }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

groups as (

    {% for class in classes %}
        select
            'monitoring_class' as group_type,
            '{{ class }}' as group_id
        union all
    {% endfor %}
    select distinct
        'risk' as group_type,
        risk as group_id
    from ended
    union all
    select
        'all' as group_type,
        'all' as group_id

),

universe as (

    select distinct
        months.period,
        months.is_told,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from months
    inner join rollup_areas
        on {{ every_division('months.period') }}
    cross join groups

),

final as (

    select
        {{ reporting_key() }},
        {% for unit in ['household', 'person'] %}
            {% for part in ['opening'] + flows + ['closing'] %}
                cast(case when universe.is_told then coalesce(counted.{{ part }}_{{ unit }}_count, 0) end as bigint)
                    as {{ part }}_{{ unit }}_count,
            {% endfor %}
        {% endfor %}
        {% for name, condition in stocks[1:] %}
            cast(case when universe.is_told then coalesce(counted.{{ name }}_household_count, 0) end as bigint)
                as {{ name }}_household_count,
        {% endfor %}
        cast(case when universe.is_told then coalesce(counted.recovered_cny, 0) end as decimal(18, 2)) as recovered_cny
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}

)

select * from final
