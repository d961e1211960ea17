with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__study_tests') }}

),

renamed as (

    select
        -- keys
        cadre_key,
        -- text
        test_round,
        -- numbers
        study_minutes,
        test_score,
        -- booleans
        is_passed,
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
