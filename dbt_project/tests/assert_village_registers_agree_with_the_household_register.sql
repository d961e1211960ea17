-- The register of villages counts the same registered households, village by village, as the household register of
-- its period. It warns with the number of villages: 0 in the synthetic county on 2026-11-22.
{{ config(severity='warn') }}

with

villages as (

    select * from {{ ref('stg_rural_revitalisation__villages') }}
    where exited_household_count is not null

),

households as (

    select
        area_code,
        period,
        sum(case when is_exited then 1 else 0 end) as exited_household_count,
        sum(case when is_exited then 0 else 1 end) as remaining_household_count
    from {{ ref('int_household_snapshots') }}
    group by area_code, period

),

-- A register of another month has other households: only the same period is compared.
arrived as (

    select period
    from {{ ref('int_feed_periods') }}
    where feed = 'household_register'

),

final as (

    select
        villages.area_code,
        villages.period,
        villages.exited_household_count,
        households.exited_household_count as register_exited_household_count
    from villages
    inner join arrived
        on villages.period = arrived.period
    left join households
        on
            villages.area_code = households.area_code
            and villages.period = households.period
    where
        villages.exited_household_count <> coalesce(households.exited_household_count, 0)
        or villages.remaining_household_count <> coalesce(households.remaining_household_count, 0)

)

select * from final
