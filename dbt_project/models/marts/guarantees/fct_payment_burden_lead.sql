with

settlements as (

    select * from {{ ref('fct_medical_settlement') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}

),

-- A registered household pays together; of others only the person is known.
burdens as (

    select
        cast(calendar_year as varchar) as period,
        coalesce(household_key, person_key) as payer_key,
        min(household_key) as household_key,
        min(area_code) as area_code,
        max(period) as last_period,
        count(*) as settlement_count,
        count(distinct person_key) as person_count,
        sum(total_cost_cny) as total_cost_cny,
        sum(own_payment_cny) as own_payment_cny,
        max({{ one_if('is_registered') }}) = 1 as is_registered,
        max(settled_date) as last_settled_date,
        min(receipt_id) as receipt_id
    from settlements
    group by calendar_year, coalesce(household_key, person_key)

),

dearest as (

    select
        cast(calendar_year as varchar) as period,
        coalesce(household_key, person_key) as payer_key,
        disease_name,
        receipt_id,
        source_sheet,
        source_row,
        row_number() over (
            partition by calendar_year, coalesce(household_key, person_key)
            order by own_payment_cny desc, receipt_id asc, source_row asc
        ) as preference
    from settlements

),

final as (

    select
        burdens.period,
        burdens.payer_key,
        burdens.household_key,
        burdens.area_code,
        dearest.disease_name,
        cast(burdens.settlement_count as bigint) as settlement_count,
        cast(burdens.person_count as bigint) as person_count,
        cast(burdens.total_cost_cny as decimal(18, 2)) as total_cost_cny,
        cast(burdens.own_payment_cny as decimal(18, 2)) as own_payment_cny,
        cast(bars.value as decimal(18, 2)) as payment_bar_cny,
        burdens.is_registered,
        true as is_lead,
        burdens.last_settled_date,
        dearest.receipt_id,
        dearest.source_sheet,
        dearest.source_row
    from burdens
    inner join bars
        on
            burdens.area_code = bars.area_code
            and burdens.last_period = bars.period
            and bars.bar = 'own_payment_cny'
    inner join dearest
        on
            burdens.period = dearest.period
            and burdens.payer_key = dearest.payer_key
            and dearest.preference = 1
    where burdens.own_payment_cny >= bars.value

)

select * from final
