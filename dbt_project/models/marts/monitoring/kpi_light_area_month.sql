-- Red by decision, yellow by an open warning, green for the rest of all rural households. Households of the poverty
-- register that the round of villages does not list are not reported: nobody looked at them.
with

latest as (

    select
        max(case when feed = 'monitoring_register' then period end) as monitored_until,
        max(case when feed = 'screening_applications' then period end) as leads_until
    from {{ ref('int_feed_periods') }}

),

months as (

    select
        calendar.period,
        calendar.period_end_date,
        max(case when feeds.feed = 'rural_households' then feeds.period end) as list_period,
        max(case when feeds.feed = 'household_register' then feeds.period end) as register_period,
        coalesce(calendar.period <= latest.monitored_until, false) as has_monitored,
        coalesce(calendar.period <= latest.leads_until, false) as has_leads
    from {{ ref('int_months') }} as calendar
    cross join latest
    left join {{ ref('int_feed_periods') }} as feeds
        on calendar.period >= feeds.period
    group by calendar.period, calendar.period_end_date, latest.monitored_until, latest.leads_until

),

listed as (

    select
        period as list_period,
        area_code,
        household_key,
        head_person_key
    from {{ ref('stg_townships__rural_households') }}

),

-- Who is red or yellow at the end of a month, once a household: red goes before yellow.
red as (

    select
        months.period,
        months.list_period,
        spells.household_key,
        spells.head_person_key as person_key,
        spells.area_code,
        'red' as light
    from {{ ref('fct_monitoring') }} as spells
    inner join months
        on
            {{ month_of('spells.recognised_month') }} <= months.period
            and coalesce({{ month_of('spells.eliminated_month') }} > months.period, true)
            and coalesce(spells.removed_date > months.period_end_date, true)
    where
        months.list_period is not null
        and months.has_monitored

),

warned as (

    select
        months.period,
        months.list_period,
        cases.household_key,
        cases.person_key,
        cases.area_code,
        'yellow' as light,
        row_number() over (
            partition by months.period, coalesce(cases.household_key, cases.person_key)
            order by cases.opened_date, cases.lead_id
        ) as preference
    from {{ ref('fct_lead_case') }} as cases
    inner join months
        on
            cases.opened_date <= months.period_end_date
            and coalesce(cases.concluded_date > months.period_end_date, true)
    where
        months.list_period is not null
        and months.has_leads
        and cases.rule_kind = 'risk'
        and coalesce(cases.household_key, cases.person_key) is not null

),

yellow as (

    select
        warned.period,
        warned.list_period,
        warned.household_key,
        warned.person_key,
        warned.area_code,
        warned.light
    from warned
    left join red as by_household
        on
            warned.period = by_household.period
            and warned.household_key = by_household.household_key
    left join red as by_head
        on
            warned.period = by_head.period
            and warned.person_key = by_head.person_key
    where
        warned.preference = 1
        and by_household.household_key is null
        and by_head.household_key is null

),

marked as (

    select * from red
    union all
    select * from yellow

),

-- A head stands once in a list; a household number may stand there twice, once for each part of a divided family.
listed_numbers as (

    select distinct
        list_period,
        household_key
    from listed
    where household_key is not null

),

located as (

    select
        marked.period,
        marked.area_code,
        marked.light,
        by_head.head_person_key is not null or by_household.household_key is not null as is_listed
    from marked
    left join listed as by_head
        on
            marked.list_period = by_head.list_period
            and marked.person_key = by_head.head_person_key
    left join listed_numbers as by_household
        on
            marked.list_period = by_household.list_period
            and marked.household_key = by_household.household_key

),

unlisted as (

    select
        months.period,
        registered.area_code,
        'unreported' as light,
        false as is_listed
    from months
    inner join {{ ref('int_household_snapshots') }} as registered
        on months.register_period = registered.period
    left join listed_numbers
        on
            months.list_period = listed_numbers.list_period
            and registered.household_key = listed_numbers.household_key
    left join marked
        on
            months.period = marked.period
            and registered.household_key = marked.household_key
    where
        months.list_period is not null
        and listed_numbers.household_key is null
        and marked.household_key is null

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

together as (

    select * from located
    union all
    select * from unlisted

),

lights as (

    select
        together.period,
        rollup_areas.rollup_area_code as area_id,
        sum(case when together.light = 'red' then 1 else 0 end) as red_count,
        sum(case when together.light = 'yellow' then 1 else 0 end) as yellow_count,
        sum(case when together.light = 'unreported' then 1 else 0 end) as unreported_count,
        sum(case when together.is_listed then 1 else 0 end) as listed_light_count
    from together
    inner join rollup_areas
        on
            together.period = rollup_areas.period
            and together.area_code = rollup_areas.area_code
    group by together.period, rollup_areas.rollup_area_code

),

lists as (

    select
        list_period,
        area_code,
        count(*) as listed_count
    from listed
    group by list_period, area_code

),

listed_areas as (

    select
        months.period,
        rollup_areas.rollup_area_code as area_id,
        sum(lists.listed_count) as listed_count
    from months
    inner join lists
        on months.list_period = lists.list_period
    inner join rollup_areas
        on
            months.period = rollup_areas.period
            and lists.area_code = rollup_areas.area_code
    group by months.period, rollup_areas.rollup_area_code

),

universe as (

    select distinct
        months.period,
        months.list_period,
        months.has_monitored,
        months.has_leads,
        {{ division_of('rollup_areas') }}
    from months
    inner join rollup_areas
        on {{ every_division('months.period') }}
    where months.list_period is not null

),

measured as (

    select
        universe.*,
        coalesce(listed_areas.listed_count, 0) as listed_count,
        case when universe.has_monitored then coalesce(lights.red_count, 0) end as red_count,
        case when universe.has_leads then coalesce(lights.yellow_count, 0) end as yellow_count,
        coalesce(lights.unreported_count, 0) as unreported_count,
        case
            when universe.has_monitored and universe.has_leads
                then coalesce(listed_areas.listed_count, 0) - coalesce(lights.listed_light_count, 0)
        end as green_count
    from universe
    left join listed_areas
        on
            universe.period = listed_areas.period
            and universe.rollup_area_code = listed_areas.area_id
    left join lights
        on
            universe.period = lights.period
            and universe.rollup_area_code = lights.area_id

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        period,
        list_period,
        rollup_area_level as area_level,
        rollup_area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        'all' as group_type,
        'all' as group_id,
        cast(red_count + yellow_count + green_count + unreported_count as bigint) as all_household_count,
        cast(red_count as bigint) as red_household_count,
        cast(yellow_count as bigint) as yellow_household_count,
        cast(green_count as bigint) as green_household_count,
        cast(unreported_count as bigint) as unreported_household_count,
        cast(listed_count as bigint) as listed_household_count,
        {{ share('red_count', 'red_count + yellow_count + green_count + unreported_count') }} as red_household_share
    from measured

)

select * from final
