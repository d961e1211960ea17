-- The areas of the highest level together count every exit of every year once; exits with nothing to compare fail too.
with

exits as (

    select
        cast(exit_year as varchar) as period,
        count(*) as household_count
    from {{ ref('fct_exit') }}
    group by exit_year

),

yearly as (

    select
        period,
        sum(exited_household_count) as household_count
    from {{ ref('kpi_exit_area_year') }}
    where area_level = {{ top_level() }}
    group by period

),

final as (

    select
        coalesce(yearly.period, exits.period) as period,
        yearly.household_count,
        exits.household_count as exit_count
    from yearly
    full outer join exits
        on yearly.period = exits.period
    where coalesce(yearly.household_count, 0) <> coalesce(exits.household_count, 0)

)

select * from final
