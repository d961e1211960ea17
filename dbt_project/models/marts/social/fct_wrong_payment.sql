-- One row per payment that should perhaps not have been made: what the inspection found, and what the lists of
-- departments say beside each other. A payment that both tell of is the inspection's. Neither takes money back.
with

inspected as (

    select
        'inspection' as origin,
        'inspection:' || doubt_id as payment_case_id,
        doubt_kind as payment_kind,
        {{ month_of('paid_date') }} as period,
        person_key,
        household_key,
        area_code,
        fund_name as benefit,
        cast(null as varchar) as other_benefit,
        case
            when is_concluded and not is_confirmed then 'dismissed'
            when is_confirmed and recovered_cny >= paid_cny then 'recovered'
            when is_confirmed then 'confirmed'
            else 'open'
        end as case_state,
        paid_cny,
        case when is_confirmed then recovered_cny else 0 end as recovered_cny,
        paid_date,
        recovered_date,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('fct_livelihood_finding') }}

),

-- A list that still names somebody is no payment; it stands among the leads on lists.
compared as (

    select
        case lead_kind
            when 'paid_after_death' then 'after_death'
            when 'paid_twice' then 'double'
            else 'excluding'
        end as payment_kind,
        period,
        person_key,
        household_key,
        area_code,
        benefit,
        other_benefit,
        amount_cny as paid_cny,
        cast(null as date) as paid_date,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('fct_payment_lead') }}
    where lead_kind in ('paid_after_death', 'paid_twice', 'excluding_benefits')

),

payments as (

    select * from {{ ref('fct_social_benefit') }}
    where
        record_kind = 'payment'
        and benefit in ('dibao', 'tekun')

),

payroll as (

    select
        period,
        person_key,
        max(case when relation_to_staff is not null and relation_to_staff <> '本人' then 1 else 0 end) = 1 as is_relative
    from {{ ref('stg_human_resources__payroll') }}
    where
        person_key is not null
        and (payroll_change is null or payroll_change <> '退出')
    group by period, person_key

),

-- The newest payroll that was known in the month of the payment.
payroll_months as (

    select
        months.period,
        max(deliveries.period) as payroll_period
    from {{ ref('int_months') }} as months
    inner join {{ ref('int_feed_periods') }} as deliveries
        on
            months.period >= deliveries.period
            and deliveries.feed = 'public_payroll'
    group by months.period

),

on_payroll as (

    select
        case when payroll.is_relative then 'cadre_relative' else 'public_pay' end as payment_kind,
        payments.period,
        payments.person_key,
        payments.household_key,
        payments.area_code,
        payments.benefit,
        cast(null as varchar) as other_benefit,
        payments.amount_cny as paid_cny,
        payments.event_date as paid_date,
        payments.receipt_id,
        payments.source_sheet,
        payments.source_row
    from payments
    inner join payroll_months
        on payments.period = payroll_months.period
    inner join payroll
        on
            payroll_months.payroll_period = payroll.period
            and payments.person_key = payroll.person_key

),

-- A payment may stand beside two benefits that exclude it: it is one payment.
together as (

    select
        *,
        row_number() over (
            partition by payment_kind, receipt_id, source_sheet, source_row, benefit
            order by other_benefit
        ) as preference
    from (
        select * from compared
        union all
        select * from on_payroll
    ) as leads

),

found_by_inspection as (

    select distinct
        payment_kind,
        person_key,
        period
    from inspected

),

ours as (

    select
        'comparison' as origin,
        together.payment_kind || ':' || together.receipt_id || ':' || coalesce(together.source_sheet, '') || ':'
        || cast(together.source_row as varchar) || ':' || together.benefit as payment_case_id,
        together.payment_kind,
        together.period,
        together.person_key,
        together.household_key,
        together.area_code,
        together.benefit,
        together.other_benefit,
        'open' as case_state,
        together.paid_cny,
        cast(0 as decimal(18, 2)) as recovered_cny,
        together.paid_date,
        cast(null as date) as recovered_date,
        together.receipt_id,
        together.source_sheet,
        together.source_row
    from together
    left join found_by_inspection as known
        on
            together.payment_kind = known.payment_kind
            and together.person_key = known.person_key
            and together.period = known.period
    where
        together.preference = 1
        and known.person_key is null

),

final as (

    select
        payment_case_id,
        origin,
        payment_kind,
        period,
        person_key,
        household_key,
        area_code,
        benefit,
        other_benefit,
        case_state,
        cast(paid_cny as decimal(18, 2)) as paid_cny,
        cast(recovered_cny as decimal(18, 2)) as recovered_cny,
        cast(case when case_state in ('open', 'confirmed') then paid_cny - recovered_cny else 0 end as decimal(18, 2))
            as open_cny,
        paid_date,
        recovered_date,
        receipt_id,
        source_sheet,
        source_row
    from (
        select * from inspected
        union all
        select * from ours
    ) as cases

)

select * from final
