with

households as (

    select * from {{ ref('int_income_registers') }}

),

last_lists as (

    {{ last_month_of_each_year('water_safety') }}

),

water as (

    select * from {{ ref('stg_water__household_water') }}

),

final as (

    select
        last_lists.calendar_year as period,
        households.household_key,
        households.area_code,
        water.supply_kind,
        case
            when water.is_safe then 'safe'
            when not water.is_safe then 'unsafe'
            else 'not_on_list'
        end as water_status,
        water.unsafe_reason,
        water.solution,
        water.quantity_grade,
        water.quality_grade,
        water.convenience_grade,
        water.reliability_grade,
        cast(water.solved_year as integer) as solved_year,
        coalesce(water.has_tap, water.supply_kind = '自来水') as has_tap,
        water.supply_kind in ('自来水', '集中供水') as has_central_supply,
        water.assessed_date,
        water.receipt_id,
        water.source_sheet,
        water.source_row
    from households
    inner join last_lists
        on cast(households.income_year as varchar) = last_lists.calendar_year
    left join water
        on
            households.household_key = water.household_key
            and last_lists.period = water.period

)

select * from final
