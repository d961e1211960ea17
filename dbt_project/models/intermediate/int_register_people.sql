with

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

-- A year is shown by its last register of persons.
last_registers as (

    {{ last_month_of_each_year('person_register') }}

),

final as (

    select
        last_registers.calendar_year,
        persons.member_key,
        persons.person_key,
        persons.household_key,
        persons.area_code,
        persons.period,
        cast(persons.birth_year as integer) as birth_year,
        -- Lists of other offices meet a person once, also one who stands in two households.
        row_number() over (
            partition by persons.period, persons.person_key
            order by persons.member_key
        ) = 1 as is_first
    from persons
    inner join last_registers
        on persons.period = last_registers.period
    where persons.is_listed

)

select * from final
