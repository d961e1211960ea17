with

households as (

    select * from {{ ref('stg_rural_revitalisation__households') }}

),

-- An income year is held against the last register of its calendar year.
last_registers as (

    select
        cast(substr(period, 1, 4) as integer) as income_year,
        max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'household_register'
    group by substr(period, 1, 4)

),

final as (

    select
        households.household_key,
        households.area_code,
        last_registers.period,
        households.support_mode,
        last_registers.income_year,
        households.is_exited
    from households
    inner join last_registers
        on households.period = last_registers.period
    where households.is_listed

)

select * from final
