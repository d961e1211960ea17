with

source as (

    select * from {{ source('bronze', 'raw_agriculture__operators') }}

),

renamed as (

    select
        -- keys
        area_code,
        registration_number,
        -- text
        operator_name,
        operator_class,
        recognition_level,
        main_industry,
        township_name,
        village_name,
        operating_status,
        -- numbers
        member_count,
        reported_linked_household_count,
        reported_worker_count,
        monthly_increase_cny,
        reward_cny,
        -- dates
        recognised_date,
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
