with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__temporary_aid') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        aid_reason,
        -- numbers
        aid_time_count,
        aid_cny,
        medical_aid_cny,
        -- dates
        aid_date,
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
