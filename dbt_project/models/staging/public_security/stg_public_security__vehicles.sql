with

source as (

    select * from {{ source('bronze', 'raw_public_security__vehicles') }}

),

renamed as (

    select
        -- keys
        vehicle_key,
        person_key,
        -- text
        plate_type,
        vehicle_type,
        brand_name,
        model_name,
        colour,
        use_type,
        vehicle_status,
        issuing_office,
        -- numbers
        purchase_price_cny,
        -- dates
        first_registered_date,
        inspection_valid_to_date,
        scrapping_date,
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
