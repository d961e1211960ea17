with

source as (

    select * from {{ source('bronze', 'raw_inspection__petitions') }}

),

renamed as (

    select
        -- keys
        area_code,
        petition_id,
        household_key,
        -- text
        channel,
        township_name,
        matter,
        handling_office,
        outcome,
        -- dates
        accepted_date,
        closed_date,
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
