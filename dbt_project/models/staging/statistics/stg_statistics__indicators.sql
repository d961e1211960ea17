with

source as (

    select * from {{ source('bronze', 'raw_statistics__statistics') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- text
        area_name,
        indicator_name,
        unit_name,
        source_document,
        -- numbers
        statistics_year,
        indicator_value,
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
