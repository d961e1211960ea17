with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__identification_rounds') }}

),

renamed as (

    select
        -- keys
        area_code,
        round_id,
        -- text
        area_name,
        round_kind,
        -- numbers
        meeting_count,
        department_count,
        compared_record_count,
        applied_result_count,
        identified_household_count,
        removed_household_count,
        -- dates
        started_date,
        ended_date,
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
