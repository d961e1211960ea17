with

source as (

    select * from {{ source('bronze', 'raw_human_resources__training') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        training_type,
        training_subject,
        training_office,
        certificate_name,
        -- numbers
        duration_days,
        training_cost_cny,
        -- dates
        training_date,
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
