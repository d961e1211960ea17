with

source as (

    select * from {{ source('bronze', 'raw_townships__income_distribution') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        asset_number,
        project_number,
        -- text
        township_name,
        village_name,
        source_kind,
        distribution_form,
        -- numbers
        distribution_year,
        distributed_cny,
        -- dates
        paid_date,
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
