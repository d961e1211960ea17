with

source as (

    select * from {{ source('bronze', 'raw_development_reform__infrastructure_works') }}

),

renamed as (

    select
        -- keys
        area_code,
        project_code,
        -- text
        works_kind,
        builder_name,
        unit_name,
        -- numbers
        works_year,
        item_count,
        finished_quantity,
        beneficiary_count,
        investment_cny,
        -- dates
        finished_date,
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
