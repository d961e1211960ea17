with

source as (

    select * from {{ source('bronze', 'raw_banks__insurance') }}

),

renamed as (

    select
        -- keys
        household_key,
        person_key,
        -- text
        insurance_kind,
        -- numbers
        insured_amount,
        premium_cny,
        premium_subsidy_cny,
        claim_cny,
        -- dates
        started_date,
        ended_date,
        claimed_date,
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
