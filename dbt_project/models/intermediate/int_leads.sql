-- Every warning as its source tells it: the ledger of leads, hits, petitions, the last round of villages. Not yet one
-- row per case: a hit and the ledger may speak of the same household (see fct_lead_case).
with

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

latest as (

    select
        feed,
        max(period) as period
    from feed_periods
    group by feed

),

petition_files as (

    select max(period) as period
    from feed_periods
    where feed = 'petitions'
    group by substr(period, 1, 4)

),

-- Where a person or a household lives: the last register, the register of the monitored, the round of villages.
registered as (

    select
        persons.person_key,
        persons.household_key,
        persons.area_code
    from {{ ref('stg_rural_revitalisation__persons') }} as persons
    inner join latest
        on
            persons.period = latest.period
            and latest.feed = 'person_register'
    where
        persons.is_listed
        and persons.person_key is not null

),

monitored as (

    select
        monitored.head_person_key as person_key,
        monitored.household_key,
        monitored.area_code,
        monitored.recognised_month
    from {{ ref('stg_rural_revitalisation__monitored') }} as monitored
    inner join latest
        on
            monitored.period = latest.period
            and latest.feed = 'monitoring_register'

),

villagers as (

    select
        households.*,
        households.head_person_key as person_key
    from {{ ref('stg_townships__rural_households') }} as households
    inner join latest
        on
            households.period = latest.period
            and latest.feed = 'rural_households'

),

known_persons as (

    select
        person_key,
        household_key,
        area_code
    from (
        select
            *,
            row_number() over (
                partition by person_key
                order by preference asc, recognised_month desc nulls last, household_key asc
            ) as rank_of_source
        from (
            select
                person_key,
                household_key,
                area_code,
                cast(null as date) as recognised_month,
                1 as preference
            from registered
            union all
            select
                person_key,
                household_key,
                area_code,
                recognised_month,
                2 as preference
            from monitored
            union all
            select
                person_key,
                household_key,
                area_code,
                cast(null as date) as recognised_month,
                3 as preference
            from villagers
        ) as sources
    ) as ranked
    where rank_of_source = 1

),

known_households as (

    select
        household_key,
        min(area_code) as area_code
    from known_persons
    where household_key is not null
    group by household_key

),

ledger as (

    select
        'screening_applications' as origin_feed,
        cases.application_id as source_number,
        case cases.lead_source
            when '农户申请' then 'application'
            when '干部排查' then 'visit'
            when '部门比对' then 'screening'
            else 'hotline'
        end as lead_source,
        cases.lead_reason as rule_value,
        coalesce(cases.household_key, known_persons.household_key) as household_key,
        cases.person_key,
        cases.area_code,
        case cases.lead_result
            when '纳入监测' then 'recognised'
            when '持续关注' then 'watched'
            when '不符合条件' then 'conditions_not_met'
            when '不属实' then 'untrue'
        end as conclusion,
        cases.own_payment_cny,
        cases.opened_date,
        cases.checked_date,
        cases.concluded_date,
        cases.measure_date,
        cases.period,
        cases.receipt_id,
        cases.source_sheet,
        cases.source_row
    from {{ ref('stg_townships__lead_cases') }} as cases
    inner join latest
        on
            cases.period = latest.period
            and latest.feed = 'screening_applications'
    left join known_persons
        on cases.person_key = known_persons.person_key

),

hits as (

    select
        'screening_results' as origin_feed,
        hits.round_id || '/' || hits.receipt_id || '/' || cast(hits.source_row as varchar) as source_number,
        'screening' as lead_source,
        hits.doubt_type as rule_value,
        known_persons.household_key,
        hits.person_key,
        known_persons.area_code,
        case
            when hits.check_result = '不属实' then 'untrue'
            when hits.handling = '转为线索' then 'taken_over'
            when hits.handling = '清退' then 'removed'
            when hits.check_result is not null then 'kept'
        end as conclusion,
        cast(null as decimal(18, 2)) as own_payment_cny,
        hits.fed_back_date as opened_date,
        hits.checked_date,
        hits.checked_date as concluded_date,
        cast(null as date) as measure_date,
        hits.period,
        hits.receipt_id,
        hits.source_sheet,
        hits.source_row
    from {{ ref('stg_rural_revitalisation__screening_hits') }} as hits
    left join known_persons
        on hits.person_key = known_persons.person_key

),

petitions as (

    select
        'petitions' as origin_feed,
        petitions.petition_id as source_number,
        'hotline' as lead_source,
        petitions.matter as rule_value,
        petitions.household_key,
        cast(null as varchar) as person_key,
        coalesce(known_households.area_code, petitions.area_code) as area_code,
        case petitions.outcome
            when '不属实' then 'untrue'
            when '转办' then 'passed_on'
            when '属实已整改' then 'settled'
            when '部分属实' then 'settled'
        end as conclusion,
        cast(null as decimal(18, 2)) as own_payment_cny,
        petitions.accepted_date as opened_date,
        petitions.closed_date as checked_date,
        petitions.closed_date as concluded_date,
        cast(null as date) as measure_date,
        petitions.period,
        petitions.receipt_id,
        petitions.source_sheet,
        petitions.source_row
    from {{ ref('stg_inspection__petitions') }} as petitions
    inner join petition_files
        on petitions.period = petition_files.period
    left join known_households
        on petitions.household_key = known_households.household_key

),

-- A yellow of the village round stays open until the ledger takes it up: the round has no conclusion of its own.
village_rounds as (

    select
        'rural_households' as origin_feed,
        receipt_id || '/' || cast(source_row as varchar) as source_number,
        'visit' as lead_source,
        light as rule_value,
        household_key,
        person_key,
        area_code,
        cast(null as varchar) as conclusion,
        cast(null as decimal(18, 2)) as own_payment_cny,
        surveyed_date as opened_date,
        cast(null as date) as checked_date,
        cast(null as date) as concluded_date,
        cast(null as date) as measure_date,
        period,
        receipt_id,
        source_sheet,
        source_row
    from villagers
    where light = '黄'

),

together as (

    select * from ledger
    union all
    select * from hits
    union all
    select * from petitions
    union all
    select * from village_rounds

),

-- What no rule names stays out: a petition about payments is no warning of poverty.
final as (

    select
        together.*,
        together.origin_feed || ':' || together.source_number as lead_id,
        rules.lead_rule,
        rules.rule_kind
    from together
    inner join {{ ref('lead_rules') }} as rules
        on
            together.origin_feed = rules.origin_feed
            and together.rule_value = rules.rule_value
            and together.opened_date between rules.valid_from and coalesce(rules.valid_to, together.opened_date)

)

select * from final
