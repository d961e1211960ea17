with

participations as (

    select * from {{ ref('stg_agriculture__participations') }}

),

-- The register that a year's ledger is held against is the last one of the same year.
registers as (

    select * from {{ ref('int_income_registers') }}

),

register_years as (

    select distinct income_year from registers

),

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

households as (

    select * from {{ ref('dim_household') }}

),

final as (

    select
        participations.period,
        cast(participations.participation_year as integer) as calendar_year,
        participations.household_key,
        coalesce(registers.area_code, households.area_code) as area_code,
        participations.operator_name,
        participations.operator_class,
        participations.participation_mode,
        participations.industry_kind,
        cast(snapshots.person_count as bigint) as person_count,
        cast(participations.scale_amount as decimal(18, 4)) as scale_amount,
        cast(participations.annual_return_cny as decimal(18, 2)) as annual_return_cny,
        cast(participations.net_income_cny as decimal(18, 2)) as net_income_cny,
        cast(participations.reward_cny as decimal(18, 2)) as reward_cny,
        participations.operator_class <> '自主发展' as is_linked,
        case when register_years.income_year is not null then registers.household_key is not null end
            as is_in_register,
        participations.is_dibao_action,
        participations.receipt_id,
        participations.source_sheet,
        participations.source_row
    from participations
    left join register_years
        on participations.participation_year = register_years.income_year
    left join registers
        on
            participations.household_key = registers.household_key
            and participations.participation_year = registers.income_year
    left join snapshots
        on
            registers.household_key = snapshots.household_key
            and registers.period = snapshots.period
    left join households
        on participations.household_key = households.household_key

)

select * from final
