-- The prefectures together list every household and person of the year's last register.
with

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

exits as (

    select
        as_of_period,
        sum(listed_household_count) as household_count,
        sum(listed_person_count) as person_count
    from {{ ref('kpi_exit_area_year') }}
    where
        area_level = 'prefecture'
        and as_of_period is not null
    group by as_of_period

),

final as (

    select
        exits.as_of_period,
        exits.household_count,
        exits.person_count,
        count(snapshots.household_key) as snapshot_household_count,
        sum(snapshots.person_count) as snapshot_person_count
    from exits
    left join snapshots
        on exits.as_of_period = snapshots.period
    group by exits.as_of_period, exits.household_count, exits.person_count
    having
        exits.household_count <> count(snapshots.household_key)
        or exits.person_count <> sum(snapshots.person_count)

)

select * from final
