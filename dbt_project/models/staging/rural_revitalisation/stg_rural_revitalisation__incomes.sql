with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__income_register') }}

),

renamed as (

    select
        -- keys
        household_key,
        -- numbers
        income_year,
        annual_member_count,
        wage_income_cny,
        migrant_work_income_cny,
        public_post_income_cny,
        other_wage_income_cny,
        business_income_cny,
        crop_income_cny,
        livestock_income_cny,
        forestry_income_cny,
        other_business_income_cny,
        industry_reward_cny,
        employment_reward_cny,
        property_income_cny,
        asset_dividend_income_cny,
        land_transfer_income_cny,
        other_property_income_cny,
        transfer_income_cny,
        family_planning_income_cny,
        dibao_income_cny,
        tekun_income_cny,
        pension_income_cny,
        ecological_compensation_cny,
        other_transfer_income_cny,
        disability_subsidy_cny,
        old_age_allowance_cny,
        education_aid_cny,
        disaster_relief_cny,
        support_from_children_cny,
        business_cost_cny,
        cost_reducing_subsidy_cny,
        total_income_cny,
        net_income_cny,
        net_income_per_head_cny,
        income_tax_cny,
        medical_reimbursement_cny,
        -- dates
        accounting_start_month,
        accounting_end_month,
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
