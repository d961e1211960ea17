-- A lead is something to be looked into on site: it removes nobody and grants nothing.
with

units as (

    select * from {{ ref('int_policy_units') }}

),

final as (

    select
        policy_name,
        calendar_year,
        period,
        unit_key,
        person_key,
        household_key,
        area_code,
        coverage as lead_kind,
        receipt_id,
        source_sheet,
        source_row
    from units
    where coverage in ('without', 'without_right', 'unknown')

)

select * from final
