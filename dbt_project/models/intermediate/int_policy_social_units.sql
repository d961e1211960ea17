-- Social protection and the household's plan: entitled, receiving, barred from it; one readable condition a policy.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

bounds as (

    select * from {{ ref('int_policy_bounds') }}

),

lists as (

    select
        period,
        person_key,
        household_key,
        max(case when benefit = 'dibao' then 1 else 0 end) = 1 as is_on_dibao,
        max(case when benefit = 'tekun' then 1 else 0 end) = 1 as is_on_tekun
    from {{ ref('fct_social_benefit') }}
    where
        record_kind = 'list'
        and benefit in ('dibao', 'tekun')
    group by period, person_key, household_key

),

dead as (

    select
        person_key,
        min(death_date) as death_date
    from {{ ref('stg_public_security__deaths') }}
    group by person_key

),

holders as (

    select
        disabled.period,
        disabled.person_key,
        people.household_key,
        people.area_code,
        case disabled.disability_grade
            when '一级' then 1
            when '二级' then 2
            when '三级' then 3
            when '四级' then 4
        end as grade,
        coalesce(disabled.has_nursing_subsidy, false) as has_nursing_subsidy,
        coalesce(disabled.has_living_subsidy, false) as has_living_subsidy,
        coalesce(lists.is_on_dibao, false) as is_on_dibao,
        coalesce(lists.is_on_tekun, false) as is_on_tekun,
        coalesce(dead.death_date <= {{ period_end('disabled.period') }}, false) as is_dead,
        disabled.receipt_id,
        disabled.source_sheet,
        disabled.source_row
    from {{ ref('stg_disabled_federation__disabled') }} as disabled
    left join {{ ref('int_benefit_people') }} as people
        on
            disabled.period = people.period
            and disabled.person_key = people.person_key
    left join lists
        on
            disabled.period = lists.period
            and disabled.person_key = lists.person_key
    left join dead
        on disabled.person_key = dead.person_key

),

-- Grades up to the seed's; not beside tekun support.
nursing_subsidy as (

    select
        {{ person_of_policy('nursing_subsidy', of='holders', period='holders.period') }},
        case
            when holders.is_dead or holders.is_on_tekun then false
            else holders.grade <= bounds.grade_max
        end as is_entitled,
        holders.has_nursing_subsidy as is_receiving,
        holders.is_dead or holders.is_on_tekun or holders.grade > bounds.grade_max as is_barred,
        holders.receipt_id,
        holders.source_sheet,
        holders.source_row
    from holders
    inner join bounds
        on
            holders.period = bounds.period
            and holders.area_code = bounds.area_code
            and bounds.policy_name = 'nursing_subsidy'

),

-- Holders of a certificate who are on the dibao list themselves; not beside tekun support.
living_subsidy as (

    select
        {{ person_of_policy('living_subsidy', of='holders', period='holders.period') }},
        holders.is_on_dibao and not holders.is_on_tekun and not holders.is_dead as is_entitled,
        holders.has_living_subsidy as is_receiving,
        not holders.is_on_dibao or holders.is_on_tekun or holders.is_dead as is_barred,
        holders.receipt_id,
        holders.source_sheet,
        holders.source_row
    from holders
    inner join bounds
        on
            holders.period = bounds.period
            and holders.area_code = bounds.area_code
            and bounds.policy_name = 'living_subsidy'

),

supported_households as (

    select distinct
        period,
        household_key
    from lists
    where household_key is not null

),

-- Households of the register in which nobody can work.
basic_guarantee as (

    select
        'basic_guarantee' as policy_name,
        persons.period,
        persons.household_key as unit_key,
        cast(null as varchar) as person_key,
        persons.household_key,
        min(persons.area_code) as area_code,
        case
            when max(case when persons.labour_capacity in ('无劳动力', '丧失劳动力') then 0 else 1 end) = 0 then true
            when max(case when persons.labour_capacity not in ('无劳动力', '丧失劳动力') then 1 else 0 end) = 1 then false
        end as is_entitled,
        max(case when supported_households.household_key is not null then 1 else 0 end) = 1 as is_receiving,
        false as is_barred,
        {{ first_address(of='persons') }}
    from {{ ref('stg_rural_revitalisation__persons') }} as persons
    inner join policy_periods
        on
            persons.period = policy_periods.period
            and policy_periods.policy_name = 'basic_guarantee'
    left join supported_households
        on
            persons.period = supported_households.period
            and persons.household_key = supported_households.household_key
    where persons.is_listed
    group by persons.period, persons.household_key

),

measured as (

    select
        period,
        household_key,
        min(area_code) as area_code,
        {{ first_address() }}
    from {{ ref('fct_household_measure') }}
    group by period, household_key

),

listed as (

    select
        snapshots.period,
        snapshots.household_key,
        snapshots.area_code
    from {{ ref('int_household_snapshots') }} as snapshots
    inner join policy_periods
        on
            snapshots.period = policy_periods.period
            and policy_periods.policy_name = 'household_plan'

),

-- Every household of the register; a measure for a household that is not in it is without right.
household_plan as (

    select
        'household_plan' as policy_name,
        coalesce(listed.period, measured.period) as period,
        coalesce(listed.household_key, measured.household_key) as unit_key,
        cast(null as varchar) as person_key,
        coalesce(listed.household_key, measured.household_key) as household_key,
        coalesce(listed.area_code, measured.area_code) as area_code,
        listed.household_key is not null as is_entitled,
        measured.household_key is not null as is_receiving,
        listed.household_key is null as is_barred,
        measured.receipt_id,
        measured.source_sheet,
        measured.source_row
    from listed
    full join measured
        on
            listed.period = measured.period
            and listed.household_key = measured.household_key

),

final as (

    select * from nursing_subsidy
    union all
    select * from living_subsidy
    union all
    select * from basic_guarantee
    union all
    select * from household_plan

)

select * from final
