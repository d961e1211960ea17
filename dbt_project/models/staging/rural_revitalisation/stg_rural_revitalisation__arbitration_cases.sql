with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__arbitration_cases') }}

),

renamed as (

    select
        -- keys
        area_code,
        case_id,
        head_person_key,
        -- text
        case_level,
        township_name,
        dispute_type,
        ruling,
        -- numbers
        member_count,
        -- dates
        accepted_date,
        ruled_date,
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
