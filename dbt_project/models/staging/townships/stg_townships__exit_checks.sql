with

source as (

    select * from {{ source('bronze', 'raw_townships__exit_checks') }}

),

renamed as (

    select
        -- keys
        household_key,
        area_code,
        -- text
        object_level,
        list_name,
        item_name,
        check_level,
        checked_by,
        -- numbers
        check_year,
        reported_value,
        -- booleans
        is_passed,
        is_signed,
        is_spot_checked,
        -- dates
        checked_date,
        notice_start_date,
        notice_end_date,
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
