-- The prefectures together count every exit of every year once.
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
    where area_level = 'prefecture'
    group by period

),

final as (

    select
        yearly.period,
        yearly.household_count,
        exits.household_count as exit_count
    from yearly
    left join exits
        on yearly.period = exits.period
    where yearly.household_count <> coalesce(exits.household_count, 0)

)

select * from final
