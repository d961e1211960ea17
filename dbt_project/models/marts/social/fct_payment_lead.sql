-- Payments and lists that do not fit each other or the deaths. A lead is looked into on site; it takes back no money.
with

records as (

    select * from {{ ref('fct_social_benefit') }}
    where benefit in ('dibao', 'tekun', 'living_subsidy', 'nursing_subsidy')

),

benefits as (

    select distinct
        benefit,
        is_personal
    from {{ ref('social_benefits') }}

),

pairs as (

    select * from {{ ref('excluding_benefits') }}

),

deaths as (

    select
        person_key,
        min(death_date) as death_date
    from {{ ref('stg_public_security__deaths') }}
    group by person_key

),

-- Money for the month of a death is right: later months are not. A household's dibao goes on without the person.
after_death as (

    select
        case when records.record_kind = 'payment' then 'paid_after_death' else 'listed_after_death' end as lead_kind,
        records.period,
        records.person_key,
        records.benefit,
        cast(null as varchar) as other_benefit,
        records.household_key,
        records.area_code,
        case when records.record_kind = 'payment' then records.amount_cny end as amount_cny,
        deaths.death_date,
        records.receipt_id,
        records.source_sheet,
        records.source_row
    from records
    inner join deaths
        on
            records.person_key = deaths.person_key
            and {{ month_of('deaths.death_date') }} < records.period
    inner join benefits
        on records.benefit = benefits.benefit
    where
        records.record_kind = 'list'
        or benefits.is_personal

),

months as (

    select
        *,
        count(*) over (partition by period, person_key, benefit) as payment_count,
        row_number() over (
            partition by period, person_key, benefit
            order by event_date, receipt_id, source_sheet, source_row
        ) as payment_number
    from records
    where record_kind = 'payment'

),

-- Every payment after the month's first.
paid_twice as (

    select
        'paid_twice' as lead_kind,
        period,
        person_key,
        benefit,
        cast(null as varchar) as other_benefit,
        household_key,
        area_code,
        amount_cny,
        cast(null as date) as death_date,
        receipt_id,
        source_sheet,
        source_row
    from months
    where
        payment_count > 1
        and payment_number > 1

),

-- A list tells more than a payment where there is one: dibao is paid to the applicant for the household.
holders as (

    select
        *,
        row_number() over (
            partition by period, person_key, benefit
            order by case record_kind when 'list' then 0 else 1 end, receipt_id, source_sheet, source_row
        ) as preference
    from records
    where
        record_kind = 'list'
        or benefit <> 'dibao'

),

paid as (

    select
        period,
        person_key,
        benefit,
        sum(amount_cny) as amount_cny
    from months
    group by period, person_key, benefit

),

excluding as (

    select
        'excluding_benefits' as lead_kind,
        beside.period,
        beside.person_key,
        beside.benefit,
        stays.benefit as other_benefit,
        beside.household_key,
        beside.area_code,
        case when beside.benefit <> 'dibao' then paid.amount_cny end as amount_cny,
        cast(null as date) as death_date,
        beside.receipt_id,
        beside.source_sheet,
        beside.source_row
    from pairs
    inner join holders as stays
        on pairs.benefit = stays.benefit
    inner join holders as beside
        on
            pairs.other_benefit = beside.benefit
            and stays.period = beside.period
            and stays.person_key = beside.person_key
    left join paid
        on
            beside.period = paid.period
            and beside.person_key = paid.person_key
            and beside.benefit = paid.benefit
    where
        stays.preference = 1
        and beside.preference = 1
        and {{ region_applies('pairs.region', 'beside.area_code') }}
        and {{ period_end('beside.period') }} >= pairs.valid_from
        and ({{ period_end('beside.period') }} <= pairs.valid_to or pairs.valid_to is null)

),

leads as (

    select * from after_death
    union all
    select * from paid_twice
    union all
    select * from excluding

),

-- Dated pairs of several regions may hit one record: it is one lead.
final as (

    select distinct
        lead_kind,
        period,
        person_key,
        benefit,
        other_benefit,
        household_key,
        area_code,
        cast(amount_cny as decimal(18, 2)) as amount_cny,
        cast(null as decimal(18, 2)) as recovered_cny,
        'open' as lead_status,
        death_date,
        receipt_id,
        source_sheet,
        source_row
    from leads

)

select * from final
