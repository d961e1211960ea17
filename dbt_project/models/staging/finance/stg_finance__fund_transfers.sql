with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_transfers') }}

),

renamed as (

    select
        -- keys
        quota_id,
        -- text
        document_number,
        transfer_level,
        sender_name,
        receiver_name,
        -- numbers
        transferred_cny,
        -- dates
        sent_date,
        received_date,
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
