with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__person_register') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        member_key,
        person_key,
        head_person_key,
        -- text
        province_name,
        prefecture_name,
        county_name,
        township_name,
        village_name,
        group_name,
        sex,
        document_type,
        ethnic_group,
        political_affiliation,
        relation_to_head,
        education_level,
        school_stage,
        dropout_reason,
        labour_capacity,
        health_status,
        disability_type,
        work_place,
        employer_name,
        employment_channel,
        public_post_type,
        industry_type,
        dibao_type,
        tekun_type,
        recognition_standard,
        graduate_unemployed_reason,
        survival_status,
        added_reason,
        removed_reason,
        -- numbers
        extract(year from birth_date) as birth_year,
        register_year,
        disability_certificate_year,
        work_months_count,
        public_post_months_count,
        -- booleans
        is_working_abroad,
        has_resident_medical_insurance,
        has_employee_medical_insurance,
        has_serious_illness_insurance,
        has_commercial_medical_insurance,
        has_medical_assistance,
        has_other_health_support,
        has_resident_pension,
        has_employee_pension,
        speaks_mandarin,
        is_soldier,
        is_unsupported_child,
        has_accident_insurance_subsidy,
        -- dates
        person_recognised_month,
        first_recognised_month,
        added_month,
        removed_month,
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
        removed_month is null or removed_month > {{ period_end('period') }} as is_listed
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
