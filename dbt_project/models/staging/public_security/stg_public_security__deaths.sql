with

source as (

    select * from {{ source('bronze', 'raw_public_security__deaths') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        sex,
        death_cause,
        source_office,
        -- numbers
        age_years,
        -- dates
        death_date,
        cremation_date,
        cancelled_date,
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
