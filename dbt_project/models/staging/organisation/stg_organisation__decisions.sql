with

source as (

    select * from {{ source('bronze', 'raw_organisation__accountability') }}

),

renamed as (

    select
        -- keys
        decision_id,
        supervision_id,
        -- text
        object_kind,
        position_name,
        unit_name,
        decision_kind,
        reason,
        -- numbers
        reward_cny,
        -- dates
        decided_date,
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
