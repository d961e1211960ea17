with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_quota') }}

),

renamed as (

    select
        -- keys
        area_code,
        quota_id,
        -- text
        document_number,
        batch_name,
        document_title,
        responsible_department_name,
        fund_source,
        supervising_section_name,
        fund_nature,
        direct_fund_mark,
        fund_use,
        fund_level,
        receiving_area_name,
        integrated_item_name,
        -- numbers
        document_total_cny,
        allocated_cny,
        arrived_cny,
        budget_year,
        -- booleans
        is_signed_by_township,
        is_acknowledged_by_township,
        has_project_application,
        is_integrated,
        -- dates
        issued_date,
        arrived_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select
        *,
        cast(substr(period, 1, 4) as integer) as list_year
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
