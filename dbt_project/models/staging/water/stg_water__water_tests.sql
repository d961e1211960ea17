with

source as (

    select * from {{ source('bronze', 'raw_water__water_quality') }}

),

renamed as (

    select
        -- keys
        area_code,
        report_code,
        household_key,
        -- text
        township_name,
        village_name,
        sample_point,
        scheme_name,
        test_result,
        failed_items,
        -- dates
        sampled_date,
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
