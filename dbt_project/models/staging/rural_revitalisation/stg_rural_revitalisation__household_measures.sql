with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__household_measures') }}

),

renamed as (

    select
        -- keys
        household_key,
        -- text
        plan_number,
        measure_kind,
        measure_name,
        project_id,
        office_name,
        -- numbers
        measure_year,
        measure_cny,
        -- dates
        measure_date,
        confirmed_date,
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
