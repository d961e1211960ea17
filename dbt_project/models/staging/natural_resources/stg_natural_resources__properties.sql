with

source as (

    select * from {{ source('bronze', 'raw_natural_resources__real_estate') }}

),

renamed as (

    select
        -- keys
        unit_key,
        person_key,
        -- text
        ownership_type,
        right_type,
        right_nature,
        use_type,
        right_period,
        property_type,
        structure_type,
        -- numbers
        floor_area_m2,
        -- dates
        registered_date,
        contract_date,
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
