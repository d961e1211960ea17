with

measures as (

    select * from {{ ref('stg_rural_revitalisation__household_measures') }}

),

households as (

    select
        household_key,
        area_code
    from {{ ref('dim_household') }}

),

snapshots as (

    select
        household_key,
        period,
        person_count
    from {{ ref('int_household_snapshots') }}

),

final as (

    select
        measures.period,
        measures.household_key,
        cast(measures.measure_year as integer) as measure_year,
        households.area_code,
        measures.plan_number,
        measures.measure_kind,
        measures.measure_name,
        measures.office_name,
        measures.project_id,
        cast(measures.measure_cny as decimal(18, 2)) as measure_cny,
        cast(snapshots.person_count as bigint) as member_count,
        snapshots.household_key is not null as is_listed,
        measures.measure_date,
        measures.confirmed_date,
        measures.receipt_id,
        measures.source_sheet,
        measures.source_row
    from measures
    left join households
        on measures.household_key = households.household_key
    left join snapshots
        on
            measures.household_key = snapshots.household_key
            and measures.period = snapshots.period

)

select * from final
