with

source as (

    select * from {{ source('bronze', 'raw_banks__small_loans') }}

),

renamed as (

    select
        -- keys
        loan_number,
        household_key,
        person_key,
        -- text
        bank_name,
        loan_purpose,
        use_mode,
        loan_status,
        -- numbers
        term_months,
        annual_rate_percent,
        loan_cny,
        balance_cny,
        interest_subsidy_cny,
        added_income_cny,
        risk_compensation_cny,
        -- booleans
        is_subsidised,
        -- dates
        started_date,
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
