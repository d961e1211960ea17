with

source as (

    select * from {{ source('bronze', 'raw_statistics__sector_indicators') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- text
        indicator_code,
        indicator_name,
        unit_name,
        definition_note,
        reporting_office,
        value_source,
        -- numbers
        statistics_year,
        indicator_value,
        numerator,
        denominator,
        -- dates
        reported_date,
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
