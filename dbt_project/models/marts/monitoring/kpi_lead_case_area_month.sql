{% set measures = [
    ['opening_open', 'is_opening'],
    ['opened', 'is_opened_now'],
    ['concluded', 'is_concluded_now'],
    ['open', 'is_open'],
    ['unchecked', 'is_open and not is_checked'],
    ['check_overdue', 'is_open and not is_checked and is_past_check'],
    ['conclusion_overdue', 'is_open and is_past_conclusion'],
    ['open_within_check', 'is_open and not is_past_check'],
    ['open_within_conclusion', 'is_open and is_past_check and not is_past_conclusion'],
    ['not_in_ledger', 'is_open and not is_in_ledger'],
    ['cohort_opened', 'is_in_cohort'],
    ['cohort_concluded', 'is_in_cohort and is_concluded'],
    ['cohort_confirmed', 'is_in_cohort and is_concluded and is_confirmed'],
    ['cohort_recognised', 'is_in_cohort and is_concluded and is_recognised'],
] %}

with

cases as (

    select * from {{ ref('fct_lead_case') }}

),

latest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'screening_applications'

),

months as (

    select
        months.period,
        months.period_end_date,
        {{ period_start('months.period') }} as period_start_date,
        months.period <= latest.period as is_told
    from {{ ref('int_months') }} as months
    cross join latest
    where months.period >= (select {{ month_of('min(opened_date)') }} as period from cases)

),

states as (

    select
        months.period,
        cases.area_code,
        cases.lead_source,
        cases.lead_rule,
        cases.rule_kind,
        cases.is_in_ledger,
        cases.is_confirmed,
        cases.is_recognised,
        cases.opened_date < months.period_start_date
        and coalesce(cases.concluded_date >= months.period_start_date, true) as is_opening,
        cases.opened_date >= months.period_start_date as is_opened_now,
        coalesce(cases.concluded_date between months.period_start_date and months.period_end_date, false)
            as is_concluded_now,
        coalesce(cases.concluded_date > months.period_end_date, true) as is_open,
        coalesce(cases.concluded_date <= months.period_end_date, false) as is_concluded,
        coalesce(cases.checked_date <= months.period_end_date, false) as is_checked,
        coalesce(cases.check_due_date < months.period_end_date, false) as is_past_check,
        coalesce(cases.conclusion_due_date < months.period_end_date, false) as is_past_conclusion,
        coalesce(cases.conversion_end_date > months.period_end_date, false) as is_in_cohort
    from months
    inner join cases
        on months.period_end_date >= cases.opened_date
    where months.is_told

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

counted as (

    {% for type, column in [('all', none), ('lead_source', 'lead_source'), ('lead_rule', 'lead_rule')] %}
        select
            states.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ "'all'" if column is none else "states." ~ column }} as group_id,
            {% for name, condition in measures %}
                sum(case when {{ condition }} then 1 else 0 end) as {{ name }}_lead_count,
            {% endfor %}
            count(*) as told_lead_count
        from states
        inner join rollup_areas
            on
                states.period = rollup_areas.period
                and states.area_code = rollup_areas.area_code
        {% if column != 'lead_rule' %}
            -- Possessions are looked into, they are no warning: they stand under their own rules only.
            where states.rule_kind = 'risk'
        {% endif %}
        group by states.period, rollup_areas.rollup_area_code{{ ", states." ~ column if column is not none }}
        {{ "union all" if not loop.last }}
    {% endfor %}

),

groups as (

    select distinct
        'lead_source' as group_type,
        lead_source as group_id
    from cases
    union all
    select distinct
        'lead_rule' as group_type,
        lead_rule as group_id
    from cases
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
        {% for name, condition in measures %}
            cast(case when universe.is_told then coalesce(counted.{{ name }}_lead_count, 0) end as bigint)
                as {{ name }}_lead_count,
        {% endfor %}
        cast(
            case
                when universe.is_told
                    then
                        coalesce(
                            counted.open_lead_count
                            - counted.open_within_check_lead_count
                            - counted.open_within_conclusion_lead_count,
                            0
                        )
            end as bigint
        ) as open_beyond_lead_count,
        {{ share('counted.cohort_confirmed_lead_count', 'counted.cohort_concluded_lead_count') }}
            as confirmed_lead_share,
        {{ share('counted.cohort_recognised_lead_count', 'counted.cohort_concluded_lead_count') }}
            as recognised_lead_share
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}

)

select * from final
