-- Rounds of identification and comparison, and arbitration, year by year and so far, from the last ledger of each year.
{% set sums = [
    'round_count', 'meeting_count', 'compared_record_count', 'applied_result_count', 'case_count', 'case_person_count',
] %}

with

ledgers as (

    select
        feed,
        max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed in ('identification_rounds', 'arbitration_cases')
    group by feed

),

rounds as (

    select rounds.*
    from {{ ref('stg_rural_revitalisation__rounds') }} as rounds
    inner join ledgers
        on
            rounds.period = ledgers.period
            and ledgers.feed = 'identification_rounds'

),

cases as (

    select cases.*
    from {{ ref('stg_rural_revitalisation__arbitration_cases') }} as cases
    inner join ledgers
        on
            cases.period = ledgers.period
            and ledgers.feed = 'arbitration_cases'

),

events as (

    select
        extract(year from started_date) as calendar_year,
        area_code,
        case round_kind
            when '贫情分析会' then 'analysis'
            when '动态调整会' then 'adjustment'
            when '审定会' then 'approval'
            when '走访核查' then 'visit'
            when '查缺补漏' then 'gap_check'
            when '民主评议' then 'review'
            when '信息比对' then 'comparison'
        end as group_id,
        1 as round_count,
        meeting_count,
        department_count,
        compared_record_count,
        applied_result_count,
        0 as case_count,
        0 as case_person_count
    from rounds
    union all
    select
        extract(year from accepted_date) as calendar_year,
        area_code,
        'arbitration' as group_id,
        0 as round_count,
        0 as meeting_count,
        cast(null as integer) as department_count,
        0 as compared_record_count,
        0 as applied_result_count,
        1 as case_count,
        member_count as case_person_count
    from cases

),

last_month as (

    select
        max(period) as period,
        max(calendar_year) as calendar_year
    from {{ ref('int_months') }}

),

-- Rounds may be older than anything else that was delivered: their places are those of the last month.
rollup_areas as (

    select areas.*
    from {{ ref('int_area_rollup') }} as areas
    inner join last_month
        on areas.period = last_month.period

),

years as (

    select calendar_year from events
    union
    select calendar_year from last_month

),

counted as (

    select
        events.calendar_year,
        rollup_areas.rollup_area_code as area_id,
        events.group_id,
        {% for name in sums %}
            sum(events.{{ name }}) as {{ name }},
        {% endfor %}
        max(events.department_count) as department_count
    from events
    inner join rollup_areas
        on events.area_code = rollup_areas.area_code
    group by events.calendar_year, rollup_areas.rollup_area_code, events.group_id

),

groups as (

    select distinct
        area_id,
        group_id
    from counted

),

places as (

    select distinct
        years.calendar_year,
        {{ division_of('rollup_areas') }}
    from years
    cross join rollup_areas

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(cast(places.calendar_year as integer) as varchar) as period,
        places.rollup_area_level as area_level,
        places.rollup_area_code as area_id,
        places.rollup_area_name as area_name,
        places.rollup_parent_code as parent_area_id,
        'round_kind' as group_type,
        groups.group_id,
        {% for name in sums %}
            cast(coalesce(counted.{{ name }}, 0) as bigint) as {{ name }},
            cast(
                sum(coalesce(counted.{{ name }}, 0)) over (
                    partition by places.rollup_area_code, groups.group_id order by places.calendar_year
                ) as bigint
            ) as cumulative_{{ name }},
        {% endfor %}
        cast(counted.department_count as bigint) as department_count
    from places
    inner join groups
        on places.rollup_area_code = groups.area_id
    left join counted
        on
            places.calendar_year = counted.calendar_year
            and places.rollup_area_code = counted.area_id
            and groups.group_id = counted.group_id

)

select * from final
