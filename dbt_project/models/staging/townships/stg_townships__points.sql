with

source as (

    select * from {{ source('bronze', 'raw_townships__points_shop') }}

),

renamed as (

    select
        -- keys
        area_code,
        shop_id,
        household_key,
        -- text
        township_name,
        village_name,
        points_kind,
        -- numbers
        points,
        -- dates
        points_date,
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
