with

source as (

    select * from {{ source('bronze', 'raw_finance__fund_payment') }}

),

renamed as (

    select
        -- keys
        function_code,
        project_id,
        payment_id,
        economic_code,
        quota_id,
        -- text
        area_name,
        section_name,
        project_name,
        document_number,
        payer_account_name,
        settlement_method,
        budget_unit_name,
        fund_level,
        payee_type,
        -- numbers
        budget_year,
        paid_cny,
        -- dates
        paid_date,
        imported_at,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select
        *,
        payee_type = '最终收款人' as is_final_payment
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
