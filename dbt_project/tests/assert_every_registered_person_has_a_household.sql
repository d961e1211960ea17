-- A person whose household is not on the register of the same month is in no figure: a rejected household row does
-- that. It warns, because the sender has been told already; 0 in the synthetic county on 2026-11-21.
{{ config(severity='warn') }}

with

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

households as (

    select * from {{ ref('int_household_snapshots') }}

),

final as (

    select
        persons.period,
        count(*) as person_count
    from persons
    left join households
        on
            persons.household_key = households.household_key
            and persons.period = households.period
    where
        persons.is_listed
        and households.household_key is null
    group by persons.period

)

select * from final
