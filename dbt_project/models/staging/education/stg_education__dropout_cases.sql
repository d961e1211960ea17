with

source as (

    select * from {{ source('bronze', 'raw_education__dropout_control') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        school_name,
        dropout_reason,
        control_method,
        case_state,
        -- dates
        found_date,
        returned_date,
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
