with

source as (

    select * from {{ source('bronze', 'raw_water__water_safety') }}

),

renamed as (

    select
        -- keys
        household_key,
        -- text
        supply_kind,
        unsafe_reason,
        solution,
        quantity_grade,
        quality_grade,
        convenience_grade,
        reliability_grade,
        scheme_name,
        -- numbers
        solved_year,
        -- booleans
        has_tap,
        is_safe,
        -- dates
        assessed_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select *
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
