with

source as (

    select * from {{ source('bronze', 'raw_health__major_illness') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        illness_name,
        treatment_status,
        hospital_name,
        -- booleans
        is_signed,
        -- dates
        diagnosed_date,
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
