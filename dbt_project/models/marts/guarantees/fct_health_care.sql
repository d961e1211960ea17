with

people as (

    select * from {{ ref('int_register_people') }}

),

last_lists as (

    select
        feed,
        substr(period, 1, 4) as calendar_year,
        max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed in ('major_illness', 'family_doctor')
    group by feed, substr(period, 1, 4)

),

cases as (

    select
        last_lists.calendar_year,
        'major' as care_kind,
        illnesses.person_key,
        illnesses.illness_name,
        illnesses.treatment_status,
        cast(null as varchar) as team_name,
        cast(null as integer) as care_visit_count,
        illnesses.treatment_status <> '未治疗' as is_treated,
        illnesses.is_signed,
        illnesses.diagnosed_date as started_date,
        illnesses.receipt_id,
        illnesses.source_sheet,
        illnesses.source_row
    from {{ ref('stg_health__major_illnesses') }} as illnesses
    inner join last_lists
        on
            illnesses.period = last_lists.period
            and last_lists.feed = 'major_illness'
    union all
    select
        last_lists.calendar_year,
        case when contracts.chronic_kind is null then 'contract' else 'chronic' end as care_kind,
        contracts.person_key,
        contracts.chronic_kind as illness_name,
        cast(null as varchar) as treatment_status,
        contracts.team_name,
        contracts.care_visit_count,
        contracts.care_visit_count > 0 as is_treated,
        contracts.signed_date is not null as is_signed,
        contracts.signed_date as started_date,
        contracts.receipt_id,
        contracts.source_sheet,
        contracts.source_row
    from {{ ref('stg_health__doctor_contracts') }} as contracts
    inner join last_lists
        on
            contracts.period = last_lists.period
            and last_lists.feed = 'family_doctor'

),

final as (

    select
        cases.calendar_year as period,
        cases.care_kind,
        cases.person_key,
        people.household_key,
        people.area_code,
        cases.illness_name,
        cases.treatment_status,
        cases.team_name,
        cast(cases.care_visit_count as bigint) as care_visit_count,
        people.person_key is not null as is_registered,
        cases.is_treated,
        cases.is_signed,
        cases.started_date,
        cases.receipt_id,
        cases.source_sheet,
        cases.source_row
    from cases
    left join people
        on
            cases.calendar_year = people.calendar_year
            and cases.person_key = people.person_key
            and people.is_first

)

select * from final
