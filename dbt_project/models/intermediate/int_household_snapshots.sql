with

households as (

    select * from {{ ref('stg_rural_revitalisation__households') }}

),

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

person_periods as (

    select period
    from {{ ref('int_feed_periods') }}
    where feed = 'person_register'

),

members as (

    select
        household_key,
        period,
        count(*) as person_count
    from persons
    where is_listed
    group by household_key, period

),

final as (

    select
        households.household_key,
        households.area_code,
        households.period,
        households.exit_year,
        case
            when person_periods.period is not null then coalesce(members.person_count, 0)
        end as person_count,
        households.is_exited
    from households
    left join person_periods
        on households.period = person_periods.period
    left join members
        on
            households.household_key = members.household_key
            and households.period = members.period
    where households.is_listed

)

select * from final
