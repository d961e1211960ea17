-- Villages add up to their county, and the groups of one kind to all: counts of persons, never medians or means.
{% set counts = [
    'monitored_person_count', 'working_person_count', 'started_worker_count', 'stopped_worker_count',
    'cumulative_worker_count', 'stable_worker_count', 'implausible_wage_count', 'ledger_employed_count',
] %}

with

figures as (

    select * from {{ ref('kpi_employment_area_month') }}

),

villages as (

    select
        {% for count in counts %}
            sum({{ count }}) as {{ count }},
        {% endfor %}
        period
    from figures
    where
        area_level = 'village'
        and group_type = 'all'
    group by period

),

grouped as (

    select
        period,
        {% for count in counts %}
            sum({{ count }}) as {{ count }},
        {% endfor %}
        area_id
    from figures
    where group_type <> 'all'
    group by period, area_id, group_type

),

final as (

    select
        whole.period,
        whole.area_id
    from figures as whole
    inner join grouped
        on
            whole.period = grouped.period
            and whole.area_id = grouped.area_id
    where
        whole.group_type = 'all'
        and (
            {% for count in counts %}
                whole.{{ count }} <> grouped.{{ count }}{{ ' or' if not loop.last }}
            {% endfor %}
        )
    union all
    select
        whole.period,
        whole.area_id
    from figures as whole
    inner join villages
        on whole.period = villages.period
    where
        whole.area_level = {{ top_level() }}
        and whole.group_type = 'all'
        and (
            {% for count in counts %}
                whole.{{ count }} <> villages.{{ count }}{{ ' or' if not loop.last }}
            {% endfor %}
        )

)

select * from final
