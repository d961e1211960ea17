{% set measures = [
    'found', 'closed', 'cumulative_found', 'cumulative_closed', 'open', 'overdue', 'closed_late',
    'closed_without_proof', 'came_back', 'problem_item', 'repeated_item',
] %}
{% set groups = [
    {'type': 'all', 'column': none},
    {'type': 'problem_category', 'column': 'problem_category'},
    {'type': 'problem_source', 'column': 'problem_source'},
] %}

with

problems as (

    select * from {{ ref('fct_problem') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

span as (

    select
        {{ month_of('min(found_date)') }} as first_period,
        max(list_period) as last_period
    from problems

),

-- A month is told by the newest ledger: dates, not what earlier ledgers said at the time.
known_months as (

    select
        months.period,
        {{ period_start('months.period') }} as period_start_date,
        months.period_end_date
    from months
    inner join span
        on months.period between span.first_period and span.last_period

),

states as (

    select
        known_months.period,
        rollup_areas.rollup_area_code as area_id,
        problems.area_code,
        problems.problem_item,
        problems.problem_category,
        problems.problem_source,
        problems.found_date >= known_months.period_start_date as is_found_now,
        coalesce(problems.closed_date <= known_months.period_end_date, false) as is_closed,
        coalesce(
            problems.closed_date between known_months.period_start_date and known_months.period_end_date, false
        ) as is_closed_now,
        problems.due_date < known_months.period_end_date as is_past_due,
        coalesce(problems.closed_date > problems.due_date, false) as is_late,
        problems.is_closed_without_proof,
        problems.has_come_back
        and coalesce(problems.rechecked_date <= known_months.period_end_date, false) as is_back
    from known_months
    inner join problems
        on known_months.period_end_date >= problems.found_date
    inner join rollup_areas
        on
            known_months.period = rollup_areas.period
            and problems.area_code = rollup_areas.area_code

),

counted as (

    {% for group in groups %}
        select
            period,
            area_id,
            '{{ group.type }}' as group_type,
            {{ group.column or "'all'" }} as group_id,
            count(case when is_found_now then 1 end) as found_count,
            count(case when is_closed_now then 1 end) as closed_count,
            count(*) as cumulative_found_count,
            count(case when is_closed then 1 end) as cumulative_closed_count,
            count(case when not is_closed then 1 end) as open_count,
            count(case when not is_closed and is_past_due then 1 end) as overdue_count,
            count(case when is_closed and is_late then 1 end) as closed_late_count,
            count(case when is_closed and is_closed_without_proof then 1 end) as closed_without_proof_count,
            count(case when is_back then 1 end) as came_back_count,
            count(distinct problem_item) as problem_item_count
        from states
        group by period, area_id{{ ", " ~ group.column if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Items that were found in more than one place below.
repeated as (

    {% for group in groups %}
        select
            period,
            area_id,
            group_type,
            group_id,
            count(*) as repeated_item_count
        from (
            select
                period,
                area_id,
                '{{ group.type }}' as group_type,
                {{ group.column or "'all'" }} as group_id,
                problem_item
            from states
            group by period, area_id, problem_item{{ ", " ~ group.column if group.column }}
            having count(distinct area_code) > 1
        ) as items
        group by period, area_id, group_type, group_id
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

group_names as (

    select distinct
        group_type,
        group_id
    from counted

),

universe as (

    select distinct
        known_months.period,
        {{ division_of('rollup_areas') }},
        group_names.group_type,
        group_names.group_id
    from known_months
    inner join rollup_areas
        on known_months.period = rollup_areas.period
    cross join group_names

),

final as (

    select
        {{ reporting_key() }},
        {% for name in measures %}
            cast(coalesce({{ "repeated" if name == "repeated_item" else "counted" }}.{{ name }}_count, 0) as bigint)
                as {{ name }}_count,
        {% endfor %}
        {{ share('counted.cumulative_closed_count', 'counted.cumulative_found_count') }} as closed_share
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}
    left join repeated
        on {{ of_the_same_division('repeated') }}

)

select * from final
