-- Pension premiums paid for registered persons; insurance against poverty, of crops and of lent livestock.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

bounds as (

    select * from {{ ref('int_policy_bounds') }}

),

insurance_kinds as (

    select * from {{ ref('policy_insurance_kinds') }}

),

people as (

    select *
    from {{ ref('int_register_people') }}
    where
        is_first
        and person_key is not null

),

households as (

    select * from {{ ref('int_household_snapshots') }}

),

pupils as (

    select distinct
        substr(period, 1, 4) as calendar_year,
        person_key
    from {{ ref('stg_education__pupils') }}
    where schooling_form in ('正常', '送教上门')

),

pensions as (

    select
        *,
        row_number() over (
            partition by period, person_key
            order by coalesce(fiscal_premium_cny, 0) desc, source_sheet asc, source_row asc
        ) as preference
    from {{ ref('stg_human_resources__pension_insured') }}
    where cast(insured_year as varchar) = substr(period, 1, 4)

),

pension_people as (

    select
        policy_periods.period,
        people.person_key,
        people.household_key,
        people.area_code,
        cast(people.calendar_year as integer) - people.birth_year not between bounds.age_min and bounds.age_max
            as is_outside_age,
        bounds.register_scope = 'unexited' and coalesce(households.is_exited, false) as is_outside_scope,
        pupils.person_key is not null as is_pupil,
        pensions.person_key is not null as is_on_list,
        coalesce(pensions.insurance_type = '城镇职工', false) as is_employee,
        coalesce(pensions.benefit_status = '领取', false) as is_drawing,
        coalesce(pensions.fiscal_premium_cny > 0 or pensions.insurance_status = '代缴', false) as is_receiving,
        pensions.receipt_id,
        pensions.source_sheet,
        pensions.source_row
    from people
    inner join policy_periods
        on
            people.calendar_year = policy_periods.calendar_year
            and policy_periods.policy_name = 'pension_premium'
    inner join bounds
        on
            policy_periods.period = bounds.period
            and people.area_code = bounds.area_code
            and bounds.policy_name = 'pension_premium'
    left join households
        on
            people.period = households.period
            and people.household_key = households.household_key
    left join pupils
        on
            people.calendar_year = pupils.calendar_year
            and people.person_key = pupils.person_key
    left join pensions
        on
            policy_periods.period = pensions.period
            and people.person_key = pensions.person_key
            and pensions.preference = 1

),

-- Of working age, not at school, not drawing a pension, not insured by an employer. Not on the list: perhaps elsewhere.
pension_premium as (

    select
        'pension_premium' as policy_name,
        period,
        person_key as unit_key,
        person_key,
        household_key,
        area_code,
        case
            when is_outside_age or is_outside_scope or is_pupil or is_employee or is_drawing then false
            when is_outside_age is null or not is_on_list then null
            else true
        end as is_entitled,
        is_receiving,
        coalesce(is_outside_age, false) or is_employee or is_drawing as is_barred,
        receipt_id,
        source_sheet,
        source_row
    from pension_people

),

-- Insurance that the treasury pays for, in force in the year of its list.
policies_in_force as (

    select
        insurance_kinds.policy_name,
        policy_periods.calendar_year,
        policy_periods.period,
        insurances.person_key,
        insurances.household_key,
        insurances.receipt_id,
        insurances.source_sheet,
        insurances.source_row
    from {{ ref('stg_banks__insurances') }} as insurances
    inner join insurance_kinds
        on insurances.insurance_kind = insurance_kinds.insurance_kind
    inner join policy_periods
        on
            insurances.period = policy_periods.period
            and insurance_kinds.policy_name = policy_periods.policy_name
    where
        insurances.premium_subsidy_cny > 0
        and extract(year from insurances.started_date) <= cast(policy_periods.calendar_year as integer)
        and extract(year from insurances.ended_date) >= cast(policy_periods.calendar_year as integer)

),

insured_people as (

    select
        calendar_year,
        period,
        person_key,
        {{ first_address() }}
    from policies_in_force
    where
        person_key is not null
        and policy_name = 'poverty_insurance'
    group by calendar_year, period, person_key

),

-- Of a household at the edge the list of monitored households names the head only.
edge_heads as (

    select distinct
        substr(monitored.period, 1, 4) as calendar_year,
        monitored.head_person_key as person_key,
        monitored.household_key,
        monitored.area_code
    from {{ ref('stg_rural_revitalisation__monitored') }} as monitored
    where
        monitored.monitoring_class = '边缘易致贫户'
        and not coalesce(monitored.is_eliminated, false)
        and monitored.head_person_key is not null

),

covered_people as (

    select
        calendar_year,
        person_key,
        min(household_key) as household_key,
        min(area_code) as area_code
    from (
        select
            calendar_year,
            person_key,
            household_key,
            area_code
        from people
        union all
        select
            edge_heads.calendar_year,
            edge_heads.person_key,
            edge_heads.household_key,
            edge_heads.area_code
        from edge_heads
        left join people
            on
                edge_heads.calendar_year = people.calendar_year
                and edge_heads.person_key = people.person_key
        where people.person_key is null
    ) as either
    group by calendar_year, person_key

),

poverty_insurance as (

    select
        'poverty_insurance' as policy_name,
        policy_periods.period,
        coalesce(covered_people.person_key, insured_people.person_key) as unit_key,
        coalesce(covered_people.person_key, insured_people.person_key) as person_key,
        covered_people.household_key,
        coalesce(covered_people.area_code, placed.area_code) as area_code,
        covered_people.person_key is not null as is_entitled,
        insured_people.person_key is not null as is_receiving,
        covered_people.person_key is null as is_barred,
        insured_people.receipt_id,
        insured_people.source_sheet,
        insured_people.source_row
    from covered_people
    full join insured_people
        on
            covered_people.calendar_year = insured_people.calendar_year
            and covered_people.person_key = insured_people.person_key
    inner join policy_periods
        on
            coalesce(covered_people.calendar_year, insured_people.calendar_year) = policy_periods.calendar_year
            and policy_periods.policy_name = 'poverty_insurance'
    left join {{ ref('int_benefit_people') }} as placed
        on
            insured_people.period = placed.period
            and insured_people.person_key = placed.person_key

),

insured_households as (

    select
        policies_in_force.policy_name,
        policies_in_force.calendar_year,
        coalesce(policies_in_force.household_key, people.household_key) as household_key,
        {{ first_address(of='policies_in_force') }}
    from policies_in_force
    left join people
        on
            policies_in_force.calendar_year = people.calendar_year
            and policies_in_force.person_key = people.person_key
    group by
        policies_in_force.policy_name,
        policies_in_force.calendar_year,
        coalesce(policies_in_force.household_key, people.household_key)

),

growers as (

    select
        cast(participations.calendar_year as varchar) as calendar_year,
        participations.household_key,
        min(participations.area_code) as area_code
    from {{ ref('fct_industry_participation') }} as participations
    inner join insurance_kinds
        on
            participations.industry_kind = insurance_kinds.industry_kind
            and insurance_kinds.policy_name = 'crop_insurance'
    where participations.is_in_register
    group by participations.calendar_year, participations.household_key

),

-- Registered households that the industry ledger has as growers of the crop.
crop_insurance as (

    select
        {{ household_of_policy('crop_insurance', of='growers', period='policy_periods.period') }},
        true as is_entitled,
        insured_households.household_key is not null as is_receiving,
        false as is_barred,
        insured_households.receipt_id,
        insured_households.source_sheet,
        insured_households.source_row
    from growers
    inner join policy_periods
        on
            growers.calendar_year = policy_periods.calendar_year
            and policy_periods.policy_name = 'crop_insurance'
    left join insured_households
        on
            growers.calendar_year = insured_households.calendar_year
            and growers.household_key = insured_households.household_key
            and insured_households.policy_name = 'crop_insurance'

),

-- Households that were lent animals: all of them insured, or a lead.
livestock_insurance as (

    select
        'livestock_insurance' as policy_name,
        loans.period,
        loans.household_key as unit_key,
        cast(null as varchar) as person_key,
        loans.household_key,
        min(known.area_code) as area_code,
        true as is_entitled,
        min(case when loans.is_insured then 1 else 0 end) = 1 as is_receiving,
        false as is_barred,
        {{ first_address(of='loans') }}
    from {{ ref('stg_agriculture__livestock_loans') }} as loans
    inner join policy_periods
        on
            loans.period = policy_periods.period
            and policy_periods.policy_name = 'livestock_insurance'
    inner join {{ ref('dim_household') }} as known
        on loans.household_key = known.household_key
    group by loans.period, loans.household_key

),

final as (

    select * from pension_premium
    union all
    select * from poverty_insurance
    union all
    select * from crop_insurance
    union all
    select * from livestock_insurance

)

select * from final
