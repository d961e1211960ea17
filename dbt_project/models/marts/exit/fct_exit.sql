with

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

-- Only a register of the exit's own year counts: later registers have lost or gained households since.
ranked as (

    select
        *,
        row_number() over (partition by household_key, exit_year order by period) as appearance
    from snapshots
    where
        is_exited
        and exit_year = cast(substr(period, 1, 4) as integer)

),

final as (

    select
        household_key,
        area_code,
        period as exited_period,
        cast(exit_year as integer) as exit_year,
        cast(person_count as bigint) as person_count
    from ranked
    where appearance = 1

)

select * from final
