with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_allocation') }}

),

renamed as (

    select
        -- keys
        quota_id,
        project_id,
        -- text
        document_number,
        fund_level,
        -- numbers
        split_cny,
        -- dates
        split_date,
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
