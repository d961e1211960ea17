with

lead_periods as (

    select * from {{ ref('int_lead_periods') }}

),

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

households as (

    select * from {{ ref('stg_rural_revitalisation__households') }}

),

thresholds as (

    select * from {{ ref('int_lead_thresholds') }}

),

members as (

    select
        persons.period,
        persons.person_key,
        households.household_key,
        households.area_code,
        households.recognised_year,
        case when households.is_exited then households.exit_year end as exit_year
    from persons
    inner join households
        on
            persons.household_key = households.household_key
            and persons.period = households.period
    where
        persons.is_listed
        and households.is_listed
        and persons.person_key is not null

),

-- Rural houses on homestead land and garages are no other home: only the uses of the seed count.
properties as (

    select
        'real_estate' as lead_kind,
        period,
        person_key,
        use_type as item,
        property_type as item_detail,
        registered_date as event_date,
        cast(null as decimal(18, 2)) as price_cny,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('stg_natural_resources__properties') }}

),

vehicles as (

    select
        'vehicle' as lead_kind,
        period,
        person_key,
        vehicle_type as item,
        use_type as item_detail,
        first_registered_date as event_date,
        purchase_price_cny as price_cny,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('stg_public_security__vehicles') }}
    where vehicle_status is null or vehicle_status <> '注销'

),

payroll as (

    select
        'public_payroll' as lead_kind,
        period,
        person_key,
        staff_class as item,
        payroll_change as item_detail,
        paid_since_date as event_date,
        cast(null as decimal(18, 2)) as price_cny,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('stg_human_resources__payroll') }}
    where payroll_change is null or payroll_change <> '退出'

),

-- A firm that is in business; what was closed is no lead. Its capital is what it is held to be worth.
firms as (

    select
        'business_entity' as lead_kind,
        period,
        person_key,
        entity_type as item,
        industry_name as item_detail,
        founded_date as event_date,
        registered_capital_cny as price_cny,
        receipt_id,
        source_sheet,
        source_row
    from {{ ref('stg_market_regulation__entities') }}
    where
        entity_status = '存续'
        and person_key is not null

),

holdings as (

    select * from properties
    union all
    select * from vehicles
    union all
    select * from payroll
    union all
    select * from firms

),

-- A price that is not known cannot be shown to lie below the threshold.
held as (

    select
        holdings.lead_kind,
        members.period,
        members.person_key,
        members.household_key,
        members.area_code,
        members.recognised_year,
        members.exit_year,
        holdings.item,
        holdings.item_detail,
        holdings.event_date,
        holdings.price_cny,
        thresholds.price_min_cny,
        case
            when holdings.event_date is null then 'unknown_date'
            when extract(year from holdings.event_date) > members.exit_year then 'after_exit'
            else 'before_exit'
        end as lead_scope,
        holdings.receipt_id,
        holdings.source_sheet,
        holdings.source_row
    from holdings
    inner join lead_periods
        on
            holdings.period = lead_periods.period
            and holdings.lead_kind = lead_periods.lead_kind
    inner join members
        on
            holdings.period = members.period
            and holdings.person_key = members.person_key
    inner join thresholds
        on
            members.period = thresholds.period
            and members.area_code = thresholds.area_code
            and holdings.lead_kind = thresholds.lead_kind
            and holdings.item = thresholds.item
    where
        thresholds.price_min_cny is null
        or holdings.price_cny is null
        or holdings.price_cny >= thresholds.price_min_cny

),

-- Reported so far and still a member in the register of the month.
dead as (

    select
        'reported_dead' as lead_kind,
        members.period,
        members.person_key,
        members.household_key,
        members.area_code,
        members.recognised_year,
        members.exit_year,
        deaths.source_office as item,
        cast(null as varchar) as item_detail,
        deaths.death_date as event_date,
        cast(null as decimal(18, 2)) as price_cny,
        cast(null as decimal(18, 2)) as price_min_cny,
        'still_listed' as lead_scope,
        deaths.receipt_id,
        deaths.source_sheet,
        deaths.source_row
    from {{ ref('stg_public_security__deaths') }} as deaths
    inner join lead_periods
        on
            deaths.period <= lead_periods.period
            and lead_periods.lead_kind = 'reported_dead'
    inner join members
        on
            lead_periods.period = members.period
            and deaths.person_key = members.person_key

),

final as (

    select * from held
    union all
    select * from dead

)

select * from final
