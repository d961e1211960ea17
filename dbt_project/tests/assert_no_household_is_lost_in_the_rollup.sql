-- The areas of the highest level together list every household and person of each year's last register; a register with
-- nothing to compare fails too.
with

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

last_registers as (

    select
        substr(period, 1, 4) as calendar_year,
        max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'household_register'
    group by substr(period, 1, 4)

),

registers as (

    select
        last_registers.calendar_year,
        count(*) as household_count,
        sum(snapshots.person_count) as person_count
    from last_registers
    inner join snapshots
        on last_registers.period = snapshots.period
    group by last_registers.calendar_year

),

yearly as (

    select
        period as calendar_year,
        sum(listed_household_count) as household_count,
        sum(listed_person_count) as person_count
    from {{ ref('kpi_exit_area_year') }}
    where area_level = {{ top_level() }}
    group by period

),

final as (

    select
        coalesce(yearly.calendar_year, registers.calendar_year) as calendar_year,
        yearly.household_count,
        yearly.person_count,
        registers.household_count as register_household_count,
        registers.person_count as register_person_count
    from yearly
    full outer join registers
        on yearly.calendar_year = registers.calendar_year
    where
        coalesce(yearly.household_count, 0) <> coalesce(registers.household_count, 0)
        or yearly.person_count <> coalesce(registers.person_count, 0)

)

select * from final
