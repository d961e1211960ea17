-- Insurance of households and persons, and what it paid out: the last list of a year speaks for it.
with

insurances as (

    select * from {{ ref('stg_banks__insurances') }}

),

last_lists as (

    {{ last_month_of_each_year(of='insurances') }}

),

people as (

    select * from {{ ref('int_benefit_people') }}

),

final as (

    select
        insurances.period,
        last_lists.calendar_year,
        insurances.person_key,
        coalesce(insurances.household_key, people.household_key) as household_key,
        people.area_code,
        insurances.insurance_kind,
        cast(insurances.insured_amount as decimal(18, 4)) as insured_amount,
        cast(insurances.premium_cny as decimal(18, 2)) as premium_cny,
        cast(insurances.premium_subsidy_cny as decimal(18, 2)) as premium_subsidy_cny,
        cast(insurances.claim_cny as decimal(18, 2)) as claim_cny,
        people.is_in_register,
        insurances.started_date,
        insurances.ended_date,
        insurances.claimed_date,
        insurances.receipt_id,
        insurances.source_sheet,
        insurances.source_row
    from insurances
    inner join last_lists
        on insurances.period = last_lists.period
    left join people
        on
            insurances.period = people.period
            and insurances.person_key = people.person_key

)

select * from final
