with

source as (

    select * from {{ source('bronze', 'raw_inspection__area_scores') }}

),

renamed as (

    select
        -- keys
        area_code,
        responsibility_area_id,
        -- text
        responsibility_area_name,
        township_name,
        score_item,
        deduction_reason,
        -- numbers
        full_score,
        item_score,
        -- dates
        score_month,
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
