with

source as (

    select * from {{ source('bronze', 'raw_market_regulation__business_entities') }}

),

renamed as (

    select
        -- keys
        registration_number,
        person_key,
        -- text
        entity_name,
        entity_type,
        entity_status,
        registration_office,
        address,
        business_scope,
        industry_name,
        -- numbers
        registered_capital_cny,
        -- dates
        founded_date,
        approved_date,
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
