-- One row per lead: the ledger's cases, and what came from elsewhere and is not in the ledger yet. Told as of the last
-- file of its source.
with

leads as (

    select * from {{ ref('int_leads') }}

),

first_month as (

    select min(period) as period
    from {{ ref('int_months') }}

),

limited as (

    select
        leads.*,
        leads.origin_feed = 'screening_applications' as is_in_ledger,
        case
            when {{ month_of('leads.opened_date') }} < first_month.period then first_month.period
            else {{ month_of('leads.opened_date') }}
        end as limit_period,
        {{ period_end('leads.period') }} as told_until_date
    from leads
    cross join first_month

),

due as (

    select
        limited.*,
        deadlines.check_day_limit,
        deadlines.recognition_day_limit,
        deadlines.same_lead_day_limit,
        deadlines.conversion_month_limit
    from limited
    left join {{ ref('int_monitoring_deadlines') }} as deadlines
        on
            limited.limit_period = deadlines.period
            and limited.area_code = deadlines.area_code

),

ledger as (

    select * from due
    where is_in_ledger

),

-- A warning from elsewhere about a household whose case is open on that day, or was entered shortly before or after, is
-- that case.
same_leads as (

    {% for key in ['household_key', 'person_key'] %}
        select due.lead_id
        from due
        inner join ledger
            on due.{{ key }} = ledger.{{ key }}
        where
            not due.is_in_ledger
            and due.rule_kind = 'risk'
            and (
                abs({{ days_between('ledger.opened_date', 'due.opened_date') }}) <= coalesce(due.same_lead_day_limit, 0)
                or (
                    ledger.opened_date <= due.opened_date
                    and coalesce(ledger.concluded_date, due.opened_date) >= due.opened_date
                )
            )
        {{ "union" if not loop.last }}
    {% endfor %}

),

-- The first recognition of the household on or after the day of the lead.
recognitions as (

    select
        lead_id,
        min(recognised_date) as recognised_date
    from (
        {% for key, other in [('household_key', 'household_key'), ('person_key', 'head_person_key')] %}
            select
                ledger.lead_id,
                monitored.recognised_date
            from ledger
            inner join {{ ref('fct_monitoring') }} as monitored
                on
                    ledger.{{ key }} = monitored.{{ other }}
                    and ledger.opened_date <= monitored.recognised_date
            where ledger.conclusion = 'recognised'
            {{ "union all" if not loop.last }}
        {% endfor %}
    ) as found
    group by lead_id

),

final as (

    select
        due.lead_id,
        due.origin_feed,
        due.source_number,
        due.lead_source,
        case when due.lead_source = 'screening' then 'from_above' else 'from_below' end as direction,
        due.lead_rule,
        due.rule_kind,
        due.household_key,
        due.person_key,
        due.area_code,
        due.conclusion,
        case
            when due.concluded_date is not null then 'concluded'
            when due.checked_date is not null then 'under_review'
            else 'unchecked'
        end as lead_state,
        due.own_payment_cny,
        cast({{ days_between('due.opened_date', 'coalesce(due.concluded_date, due.told_until_date)') }} as integer)
            as open_days,
        due.is_in_ledger,
        coalesce(due.conclusion in ('recognised', 'watched', 'settled', 'taken_over', 'removed', 'kept'), false)
            as is_confirmed,
        coalesce(due.conclusion = 'recognised', false) as is_said_recognised,
        recognitions.recognised_date is not null as is_recognised,
        coalesce(due.checked_date, due.told_until_date)
        > {{ add_days('due.opened_date', 'due.check_day_limit') }} as is_check_late,
        coalesce(due.concluded_date, due.told_until_date)
        > {{ add_days('due.opened_date', 'due.recognition_day_limit') }} as is_conclusion_late,
        due.opened_date,
        {{ add_days('due.opened_date', 'due.check_day_limit') }} as check_due_date,
        due.checked_date,
        {{ add_days('due.opened_date', 'due.recognition_day_limit') }} as conclusion_due_date,
        due.concluded_date,
        {{ add_months('due.opened_date', 'due.conversion_month_limit') }} as conversion_end_date,
        due.measure_date,
        recognitions.recognised_date,
        due.told_until_date,
        due.period,
        due.receipt_id,
        due.source_sheet,
        due.source_row
    from due
    left join same_leads
        on due.lead_id = same_leads.lead_id
    left join recognitions
        on due.lead_id = recognitions.lead_id
    where same_leads.lead_id is null

)

select * from final
