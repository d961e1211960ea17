-- A household that is 已脱贫 without 脱贫年度 is in the stock of the exited and in no year's exits. It warns with the number
-- of such households; 0 in the synthetic county on 2026-11-22.
{{ config(severity='warn') }}

with

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

final as (

    select
        household_key,
        min(period) as first_period,
        max(period) as last_period
    from snapshots
    where
        is_exited
        and exit_year is null
    group by household_key

)

select * from final
