with

source as (

    select * from {{ source('bronze', 'raw_agriculture__livestock_loans') }}

),

renamed as (

    select
        -- keys
        household_key,
        -- text
        lending_firm_name,
        livestock_kind,
        -- numbers
        issued_count,
        returned_count,
        -- booleans
        is_insured,
        has_standard_shed,
        -- dates
        issued_date,
        due_date,
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
