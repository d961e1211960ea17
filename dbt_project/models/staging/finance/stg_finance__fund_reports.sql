with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_report') }}

),

renamed as (

    select
        -- text
        area_name,
        fund_name,
        -- numbers
        report_year,
        total_cny,
        spent_cny,
        spent_percent,
        carried_over_cny,
        -- dates
        closed_date,
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
