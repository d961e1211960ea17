{% set measures = employment_measures() %}
{% set attributes = ['area_code', 'labour_capacity', 'sex', 'age_group'] %}

with

months as (

    select * from {{ ref('int_months') }}

),

reported_months as (

    select
        months.period,
        months.previous_period,
        months.calendar_year
    from months
    inner join {{ ref('int_feed_periods') }} as feed_periods
        on
            months.period = feed_periods.period
            and feed_periods.feed = 'employment_done'

),

employment as (

    select * from {{ ref('fct_employment_month') }}

),

thresholds as (

    select * from {{ ref('int_work_thresholds') }}

),

ledger as (

    select * from {{ ref('stg_human_resources__workers') }}

),

workers as (

    select
        *,
        lead(period) over (partition by member_key, substr(period, 1, 4) order by period) as next_worked_period
    from employment
    where is_working

),

-- Those who worked the month before, in the cell in which they were counted then.
openings as (

    select
        reported_months.period,
        {% for attribute in attributes %}
            workers.{{ attribute }},
        {% endfor %}
        workers.member_key
    from reported_months
    inner join workers
        on reported_months.previous_period = workers.period

),

closings as (

    select
        workers.period,
        workers.member_key,
        {% for attribute in attributes %}
            workers.{{ attribute }},
        {% endfor %}
        workers.worked_month_count
    from workers
    inner join reported_months
        on workers.period = reported_months.period
    inner join reported_months as earlier
        on reported_months.previous_period = earlier.period

),

-- A person counts in the year's workers from the first month of work on, where the last month of work so far was.
year_workers as (

    select
        reported_months.period,
        workers.destination,
        workers.employment_channel,
        workers.worked_month_count,
        {% for attribute in attributes %}
            workers.{{ attribute }},
        {% endfor %}
        thresholds.stable_month_count
    from workers
    inner join reported_months
        on
            substr(workers.period, 1, 4) = substr(reported_months.period, 1, 4)
            and workers.period <= reported_months.period
            and (workers.next_worked_period > reported_months.period or workers.next_worked_period is null)
    left join thresholds
        on
            workers.period = thresholds.period
            and workers.area_code = thresholds.area_code

),

stocks as (

    select
        period,
        {% for attribute in attributes %}
            {{ attribute }},
        {% endfor %}
        1 as monitored_person_count,
        case when is_labour_force then 1 else 0 end as labour_force_count,
        case when is_labour_force and is_working then 1 else 0 end as working_labour_force_count,
        case when is_working then 1 else 0 end as working_person_count,
        {% for destination in employment_destinations() %}
            case when destination = '{{ destination }}' then 1 else 0 end as working_{{ destination }}_count,
        {% endfor %}
        case when monthly_wage_cny is not null then 1 else 0 end as reported_wage_count,
        case when is_wage_implausible then 1 else 0 end as implausible_wage_count
    from employment

),

years as (

    select
        period,
        {% for attribute in attributes %}
            {{ attribute }},
        {% endfor %}
        1 as cumulative_worker_count,
        {% for destination in employment_destinations() %}
            case when destination = '{{ destination }}' then 1 else 0 end as cumulative_{{ destination }}_count,
        {% endfor %}
        case when destination = 'county' and employment_channel = '县内企业吸纳' then 1 else 0 end
            as enterprise_worker_count,
        case when worked_month_count >= stable_month_count then 1 else 0 end as stable_worker_count,
        {% for first, last in [(1, 3), (4, 6), (7, 9), (10, 12)] %}
            case when worked_month_count between {{ first }} and {{ last }} then 1 else 0 end
                as worked_{{ first }}_to_{{ last }}_count,
        {% endfor %}
        worked_month_count
    from year_workers

),

inflows as (

    select
        closings.period,
        {% for attribute in attributes %}
            closings.{{ attribute }},
        {% endfor %}
        case when openings.member_key is not null then 1 else 0 end as carried_in_count,
        case when openings.member_key is null and closings.worked_month_count = 1 then 1 else 0 end
            as new_worker_count,
        case when openings.member_key is null and closings.worked_month_count > 1 then 1 else 0 end
            as returned_worker_count
    from closings
    left join openings
        on
            closings.period = openings.period
            and closings.member_key = openings.member_key

),

outflows as (

    select
        openings.period,
        {% for attribute in attributes %}
            openings.{{ attribute }},
        {% endfor %}
        1 as opening_working_count,
        case when closings.member_key is null then 1 else 0 end as stopped_worker_count,
        case when closings.member_key is not null then 1 else 0 end as carried_out_count
    from openings
    left join closings
        on
            openings.period = closings.period
            and openings.member_key = closings.member_key

),

-- The labour ledger of the same month, for those whom the monitoring knows too.
ledger_rows as (

    select
        employment.period,
        {% for attribute in attributes %}
            employment.{{ attribute }},
        {% endfor %}
        1 as ledger_person_count,
        case when ledger.employment_status in ('已就业', '自主创业') then 1 else 0 end as ledger_employed_count,
        case when employment.is_working then 1 else 0 end as ledger_working_count
    from employment
    inner join ledger
        on
            employment.period = ledger.period
            and employment.person_key = ledger.person_key

),

final as (

    {% for part in ['stocks', 'years', 'inflows', 'outflows', 'ledger_rows'] %}
        select
            {% for attribute in attributes %}
                {{ attribute }},
            {% endfor %}
            {% for measure in measures %}
                {{ measure.name if measure.part == part else '0 as ' ~ measure.name }},
            {% endfor %}
            period
        from {{ part }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
