with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_project_payout') }}

),

renamed as (

    select
        -- keys
        project_id,
        -- text
        document_number,
        -- numbers
        payout_year,
        requested_cny,
        paid_cny,
        -- dates
        requested_date,
        paid_date,
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
