with

source as (

    select * from {{ source('bronze', 'raw_medical_insurance__medical_reimbursement') }}

),

renamed as (

    select
        -- keys
        area_code,
        person_key,
        -- text
        township_name,
        village_name,
        visit_type,
        disease_name,
        hospital_name,
        -- numbers
        total_cost_cny,
        in_scope_cost_cny,
        basic_paid_cny,
        serious_illness_paid_cny,
        policy_paid_cny,
        outside_scope_paid_cny,
        assistance_paid_cny,
        fiscal_paid_cny,
        hospital_borne_cny,
        own_payment_cny,
        -- booleans
        is_referred,
        -- dates
        admitted_date,
        discharged_date,
        settled_date,
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
