with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__employment_plan') }}

),

renamed as (

    select
        -- keys
        household_key,
        member_key,
        -- text
        household_type,
        planned_county_name,
        planned_region,
        transfer_platform,
        service_need,
        -- booleans
        is_planned,
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
