-- Who paid so much for care in a year that the county looks into it: by the settlements, and where no settlement tells
-- of it by what the ledger of leads says. Registered households pay together; of others only the person is known.
with

bills as (

    select * from {{ ref('fct_payment_burden_lead') }}

),

firsts as (

    select
        cast(calendar_year as varchar) as period,
        coalesce(household_key, person_key) as payer_key,
        min(settled_date) as first_paid_date
    from {{ ref('fct_medical_settlement') }}
    group by calendar_year, coalesce(household_key, person_key)

),

leads as (

    select * from {{ ref('fct_lead_case') }}
    where
        rule_kind = 'risk'
        and own_payment_cny is not null

),

registered as (

    select household_key
    from {{ ref('dim_household') }}

),

deadlines as (

    select * from {{ ref('int_monitoring_deadlines') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}
    where bar = 'own_payment_cny'

),

settled as (

    select
        bills.period,
        bills.payer_key,
        bills.household_key,
        bills.area_code,
        'settlement' as basis,
        bills.disease_name,
        bills.own_payment_cny,
        bills.payment_bar_cny,
        firsts.first_paid_date,
        bills.last_settled_date as last_paid_date,
        {{ add_months('bills.last_settled_date', 'deadlines.conversion_month_limit') }} as lead_end_date,
        bills.receipt_id,
        bills.source_sheet,
        bills.source_row
    from bills
    inner join firsts
        on
            bills.period = firsts.period
            and bills.payer_key = firsts.payer_key
    left join deadlines
        on
            bills.area_code = deadlines.area_code
            and {{ month_of('bills.last_settled_date') }} = deadlines.period

),

claims as (

    select
        cast(extract(year from leads.opened_date) as varchar) as period,
        coalesce(registered.household_key, leads.person_key, leads.household_key) as payer_key,
        registered.household_key,
        leads.area_code,
        'ledger' as basis,
        cast(null as varchar) as disease_name,
        leads.own_payment_cny,
        cast(bars.value as decimal(18, 2)) as payment_bar_cny,
        leads.opened_date as first_paid_date,
        leads.opened_date as last_paid_date,
        leads.opened_date as lead_end_date,
        leads.receipt_id,
        leads.source_sheet,
        leads.source_row,
        leads.lead_id
    from leads
    inner join bars
        on
            leads.area_code = bars.area_code
            and leads.own_payment_cny >= bars.value
            and {{ month_of('leads.opened_date') }} = bars.period
    left join registered
        on leads.household_key = registered.household_key

),

-- The newest claim of a year that no bill stands behind.
unsettled as (

    select
        claims.*,
        row_number() over (
            partition by claims.period, claims.payer_key
            order by claims.first_paid_date desc, claims.lead_id asc
        ) as preference
    from claims
    left join settled
        on
            claims.payer_key = settled.payer_key
            and claims.first_paid_date between settled.first_paid_date
            and coalesce(settled.lead_end_date, claims.first_paid_date)
    left join settled as same_year
        on
            claims.payer_key = same_year.payer_key
            and claims.period = same_year.period
    where
        settled.payer_key is null
        and same_year.payer_key is null

),

final as (

    select * from settled
    union all
    select
        period,
        payer_key,
        household_key,
        area_code,
        basis,
        disease_name,
        own_payment_cny,
        payment_bar_cny,
        first_paid_date,
        last_paid_date,
        lead_end_date,
        receipt_id,
        source_sheet,
        source_row
    from unsettled
    where preference = 1

)

select * from final
