with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__register_changes') }}

),

renamed as (

    select
        -- keys
        area_code,
        change_id,
        household_key,
        member_key,
        counterpart_area_code,
        -- text
        change_type,
        change_reason,
        approver_name,
        -- numbers
        household_count,
        person_count,
        -- dates
        change_date,
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
        {{ month_of('change_date') }} as change_period
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
