with

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

residents as (

    select * from {{ ref('stg_public_security__residents') }}

),

resident_periods as (

    select max(period) as last_period
    from {{ ref('int_feed_periods') }}
    where feed = 'residents'

),

spans as (

    select
        member_key,
        min(period) as first_period,
        max(period) as last_period
    from persons
    group by member_key

),

latest_residents as (

    select
        residents.person_key,
        residents.person_status
    from residents
    inner join resident_periods
        on residents.period = resident_periods.last_period

),

final as (

    select
        persons.member_key,
        persons.person_key,
        persons.household_key,
        persons.area_code,
        persons.sex,
        latest_residents.person_status as resident_status,
        spans.first_period,
        spans.last_period,
        cast(persons.birth_year as integer) as birth_year,
        persons.is_listed,
        case
            when resident_periods.last_period is not null then latest_residents.person_key is not null
        end as is_in_resident_file
    from persons
    inner join spans
        on
            persons.member_key = spans.member_key
            and persons.period = spans.last_period
    cross join resident_periods
    left join latest_residents
        on persons.person_key = latest_residents.person_key

)

select * from final
