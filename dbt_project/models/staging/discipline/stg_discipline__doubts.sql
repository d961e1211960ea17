with

source as (

    select * from {{ source('bronze', 'raw_discipline__livelihood_inspection') }}

),

renamed as (

    select
        -- keys
        area_code,
        doubt_id,
        person_key,
        related_cadre_key,
        -- text
        fund_name,
        fund_cycle,
        township_name,
        village_name,
        doubt_kind,
        check_status,
        check_result,
        -- numbers
        paid_cny,
        recovered_cny,
        -- dates
        paid_date,
        recovered_date,
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
