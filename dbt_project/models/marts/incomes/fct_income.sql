with

incomes as (

    select * from {{ ref('stg_rural_revitalisation__incomes') }}

),

registers as (

    select * from {{ ref('int_income_registers') }}

),

thresholds as (

    select * from {{ ref('income_fall_thresholds') }}

),

register_years as (

    select distinct income_year
    from registers

),

-- Who is not in the register has no village; an office of one county knows the county all the same.
only_county as (

    select min(area_code) as county_code
    from {{ ref('int_areas') }}
    where area_level = 'county'
    having count(distinct area_code) = 1

),

placed as (

    select
        incomes.*,
        registers.support_mode,
        registers.is_exited,
        registers.period as register_period,
        coalesce(registers.area_code, only_county.county_code) as area_code,
        case when register_years.income_year is not null then registers.household_key is not null end as is_in_register,
        incomes.business_income_cny - incomes.business_cost_cny as net_business_income_cny,
        incomes.wage_income_cny + incomes.business_income_cny - incomes.business_cost_cny
        + incomes.property_income_cny + incomes.transfer_income_cny as own_net_income_cny
    from incomes
    left join registers
        on
            incomes.household_key = registers.household_key
            and incomes.income_year = registers.income_year
    left join register_years
        on incomes.income_year = register_years.income_year
    left join only_county
        on incomes.household_key is not null

),

measured as (

    select
        *,
        cast(
            round(cast(own_net_income_cny as double) / annual_member_count, 2) as decimal(18, 2)
        ) as own_per_head_cny
    from placed

),

places as (

    select distinct
        area_code,
        income_year
    from measured
    where area_code is not null

),

fall_thresholds as (

    select
        places.area_code,
        places.income_year,
        thresholds.fall_share,
        row_number() over (
            partition by places.area_code, places.income_year
            order by thresholds.region desc, thresholds.valid_from desc
        ) as preference
    from places
    inner join thresholds
        on
            {{ region_applies('thresholds.region', 'places.area_code') }}
            and cast(cast(places.income_year as varchar) || '-12-31' as date)
            between thresholds.valid_from and coalesce(thresholds.valid_to, cast('9999-12-31' as date))

),

compared as (

    select
        measured.*,
        previous.own_per_head_cny as previous_per_head_cny,
        fall_thresholds.fall_share
    from measured
    left join measured as previous
        on
            measured.household_key = previous.household_key
            and measured.income_year = previous.income_year + 1
    left join fall_thresholds
        on
            measured.area_code = fall_thresholds.area_code
            and measured.income_year = fall_thresholds.income_year
            and fall_thresholds.preference = 1

),

final as (

    select
        household_key,
        area_code,
        support_mode,
        register_period,
        cast(income_year as integer) as income_year,
        cast(annual_member_count as bigint) as person_count,
        cast(wage_income_cny as decimal(18, 2)) as wage_income_cny,
        cast(business_income_cny as decimal(18, 2)) as business_income_cny,
        cast(business_cost_cny as decimal(18, 2)) as business_cost_cny,
        cast(net_business_income_cny as decimal(18, 2)) as net_business_income_cny,
        cast(property_income_cny as decimal(18, 2)) as property_income_cny,
        cast(transfer_income_cny as decimal(18, 2)) as transfer_income_cny,
        cast(total_income_cny as decimal(18, 2)) as total_income_cny,
        cast(own_net_income_cny as decimal(18, 2)) as net_income_cny,
        own_per_head_cny as net_income_per_head_cny,
        cast(net_income_cny as decimal(18, 2)) as stated_net_income_cny,
        cast(net_income_per_head_cny as decimal(18, 2)) as stated_net_income_per_head_cny,
        previous_per_head_cny as previous_net_income_per_head_cny,
        fall_share as fall_bar_share,
        is_in_register,
        is_exited,
        own_per_head_cny = 0 as is_zero,
        own_per_head_cny < 0 as is_negative,
        total_income_cny = wage_income_cny + business_income_cny + property_income_cny + transfer_income_cny
        and net_income_cny = own_net_income_cny
        and abs(net_income_per_head_cny - own_per_head_cny) <= 0.01 as is_arithmetic_sound,
        accounting_start_month = cast(cast(income_year - 1 as varchar) || '-10-01' as date)
        and accounting_end_month = cast(cast(income_year as varchar) || '-09-01' as date) as is_register_income_year,
        case
            when previous_per_head_cny > 0
                then own_per_head_cny <= cast(previous_per_head_cny as double) * (1 - fall_share)
            else own_per_head_cny < previous_per_head_cny
        end as is_falling,
        period,
        receipt_id
    from compared

)

select * from final
