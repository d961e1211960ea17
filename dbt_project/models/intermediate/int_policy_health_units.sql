-- Premiums of medical insurance paid for registered persons, and family doctors signed with them.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

people as (

    select *
    from {{ ref('int_register_people') }}
    where
        is_first
        and person_key is not null

),

insured as (

    select *
    from {{ ref('fct_medical_insurance') }}
    where person_key is not null

),

-- Insured by an employer: no resident's premium to pay. Not on the list: may be insured in another county.
medical_premium as (

    select
        {{ person_of_policy('medical_premium', of='people', period='policy_periods.period') }},
        case
            when insured.insured_status = 'not_on_list' then null
            else not (insured.insured_status = 'insured' and insured.insurance_type = '城镇职工')
        end as is_entitled,
        insured.is_subsidised as is_receiving,
        insured.insured_status = 'insured' and insured.insurance_type = '城镇职工' as is_barred,
        insured.receipt_id,
        insured.source_sheet,
        insured.source_row
    from people
    inner join policy_periods
        on
            people.calendar_year = policy_periods.calendar_year
            and policy_periods.policy_name = 'medical_premium'
    inner join insured
        on
            people.calendar_year = insured.period
            and people.member_key = insured.member_key

),

contracts as (

    select
        contracts.period,
        contracts.person_key,
        {{ first_address(of='contracts') }}
    from {{ ref('stg_health__doctor_contracts') }} as contracts
    where contracts.signed_date is not null
    group by contracts.period, contracts.person_key

),

family_doctor as (

    select
        {{ person_of_policy('family_doctor', of='people', period='policy_periods.period') }},
        true as is_entitled,
        contracts.person_key is not null as is_receiving,
        false as is_barred,
        contracts.receipt_id,
        contracts.source_sheet,
        contracts.source_row
    from people
    inner join policy_periods
        on
            people.calendar_year = policy_periods.calendar_year
            and policy_periods.policy_name = 'family_doctor'
    left join contracts
        on
            policy_periods.period = contracts.period
            and people.person_key = contracts.person_key

),

final as (

    select * from medical_premium
    union all
    select * from family_doctor

)

select * from final
