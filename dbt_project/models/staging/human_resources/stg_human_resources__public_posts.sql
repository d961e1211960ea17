with

source as (

    select * from {{ source('bronze', 'raw_human_resources__public_posts') }}

),

renamed as (

    select
        -- keys
        area_code,
        person_key,
        household_key,
        -- text
        township_name,
        village_name,
        post_kind,
        developing_office,
        post_status,
        -- numbers
        monthly_subsidy_cny,
        -- dates
        hired_date,
        ended_date,
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
