with

source as (

    select * from {{ source('bronze', 'raw_commerce__product_sales') }}

),

renamed as (

    select
        -- keys
        area_code,
        product_number,
        event_number,
        -- text
        product_name,
        supplier_name,
        township_name,
        sales_channel,
        -- numbers
        linked_household_count,
        linked_person_count,
        recognised_value_cny,
        sales_cny,
        -- dates
        recognised_date,
        sales_month,
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
