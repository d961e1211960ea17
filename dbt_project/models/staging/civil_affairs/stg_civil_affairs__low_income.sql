with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__low_income_population') }}

),

renamed as (

    select
        -- keys
        area_code,
        person_key,
        -- text
        township_name,
        village_name,
        low_income_class,
        assistance_items,
        -- dates
        recognised_date,
        left_date,
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
