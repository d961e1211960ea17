with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__screening_results') }}

),

renamed as (

    select
        -- keys
        round_id,
        screening_office,
        person_key,
        doubt_type,
        -- text
        doubt_detail,
        check_result,
        handling,
        -- dates
        doubt_date,
        fed_back_date,
        checked_date,
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
