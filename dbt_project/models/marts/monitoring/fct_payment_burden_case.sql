-- One row per payer and year whose own medical payment reaches the bar, with what became of it: recognised, a lead with
-- its conclusion, a lead without one, or no lead at all.
with

payers as (

    select * from {{ ref('int_payment_burden_payers') }}

),

leads as (

    select * from {{ ref('fct_lead_case') }}
    where rule_kind = 'risk'

),

spells as (

    select * from {{ ref('fct_monitoring') }}

),

notes as (

    select
        'screening_applications:' || application_id as lead_id,
        receipt_id,
        warning_office,
        conclusion_note
    from {{ ref('stg_townships__lead_cases') }}

),

heads as (

    select distinct
        household_key,
        person_key
    from {{ ref('dim_person') }}
    where person_key is not null

),

arbitration_list as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'arbitration_cases'

),

arbitrations as (

    select
        cases.head_person_key,
        heads.household_key,
        cases.case_level,
        cases.ruling,
        cases.accepted_date,
        cases.ruled_date
    from {{ ref('stg_rural_revitalisation__arbitration_cases') }} as cases
    inner join arbitration_list
        on cases.period = arbitration_list.period
    left join heads
        on cases.head_person_key = heads.person_key

),

-- A lead belongs to the bills when it was open after the first of them and was not opened long after the last.
leads_of_payers as (

    {% for payer, lead in [('household_key', 'household_key'), ('payer_key', 'person_key')] %}
        select
            payers.period,
            payers.payer_key,
            leads.lead_id,
            leads.lead_rule,
            leads.opened_date
        from payers
        inner join leads
            on
                payers.{{ payer }} = leads.{{ lead }}
                and payers.first_paid_date <= coalesce(leads.concluded_date, leads.told_until_date)
                and coalesce(payers.lead_end_date, leads.opened_date) >= leads.opened_date
        {{ "union" if not loop.last }}
    {% endfor %}

),

-- One lead a payer: that about the payment before others, the newest of them.
chosen as (

    select
        period,
        payer_key,
        lead_id,
        row_number() over (
            partition by period, payer_key
            order by case lead_rule when 'own_medical_payment' then 0 else 1 end, opened_date desc, lead_id asc
        ) as preference
    from leads_of_payers

),

-- The newest recognition that held on the day of the first bill or began after it.
recognitions as (

    select
        period,
        payer_key,
        max(recognised_date) as recognised_date,
        max_by(monitoring_class, recognised_date) as monitoring_class
    from (
        {% for payer, spell in [('household_key', 'household_key'), ('payer_key', 'head_person_key')] %}
            select
                payers.period,
                payers.payer_key,
                spells.recognised_date,
                spells.monitoring_class
            from payers
            inner join spells
                on
                    payers.{{ payer }} = spells.{{ spell }}
                    and payers.first_paid_date
                    <= coalesce(spells.removed_date, spells.eliminated_month, payers.first_paid_date)
            {{ "union all" if not loop.last }}
        {% endfor %}
    ) as found
    group by period, payer_key

),

-- The newest dispute of a member of the household, or of the payer, that was accepted after the first bill.
rulings as (

    select
        period,
        payer_key,
        max_by(case_level, accepted_date) as arbitration_level,
        nullif(max_by(coalesce(ruling, ''), accepted_date), '') as ruling,
        max_by(coalesce(ruled_date, accepted_date), accepted_date) as arbitration_date
    from (
        {% for payer, head in [('household_key', 'household_key'), ('payer_key', 'head_person_key')] %}
            select
                payers.period,
                payers.payer_key,
                arbitrations.case_level,
                arbitrations.ruling,
                arbitrations.accepted_date,
                arbitrations.ruled_date
            from payers
            inner join arbitrations
                on
                    payers.{{ payer }} = arbitrations.{{ head }}
                    and payers.first_paid_date <= arbitrations.accepted_date
            {{ "union all" if not loop.last }}
        {% endfor %}
    ) as found
    group by period, payer_key

),

final as (

    select
        payers.period,
        payers.payer_key,
        payers.household_key,
        payers.area_code,
        payers.basis,
        case
            when recognitions.recognised_date is not null then 'recognised'
            when leads.lead_state = 'concluded' then 'concluded'
            when leads.lead_id is not null then 'opened'
            else 'never_opened'
        end as case_state,
        leads.lead_id,
        leads.lead_source,
        leads.lead_rule,
        leads.lead_state,
        leads.conclusion,
        notes.conclusion_note,
        leads.origin_feed as concluded_in,
        notes.warning_office,
        recognitions.monitoring_class,
        rulings.arbitration_level,
        rulings.ruling,
        payers.disease_name,
        payers.own_payment_cny,
        payers.payment_bar_cny,
        payers.last_paid_date,
        leads.opened_date as lead_opened_date,
        leads.concluded_date,
        recognitions.recognised_date,
        rulings.arbitration_date,
        payers.receipt_id,
        payers.source_sheet,
        payers.source_row
    from payers
    left join chosen
        on
            payers.period = chosen.period
            and payers.payer_key = chosen.payer_key
            and chosen.preference = 1
    left join leads
        on chosen.lead_id = leads.lead_id
    left join notes
        on
            leads.lead_id = notes.lead_id
            and leads.receipt_id = notes.receipt_id
    left join recognitions
        on
            payers.period = recognitions.period
            and payers.payer_key = recognitions.payer_key
    left join rulings
        on
            payers.period = rulings.period
            and payers.payer_key = rulings.payer_key

)

select * from final
