with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__project_library') }}

),

renamed as (

    select
        -- keys
        area_code,
        project_id,
        -- text
        project_name,
        project_kind,
        supervising_office,
        project_content,
        reported_state,
        benefit_mechanism,
        responsible_office,
        contractor_name,
        contract_number,
        removal_reason,
        -- numbers
        budget_cny,
        central_cny,
        provincial_cny,
        prefectural_cny,
        county_cny,
        social_cny,
        plan_year,
        benefit_household_count,
        benefit_person_count,
        benefit_poor_household_count,
        benefit_poor_person_count,
        contract_cny,
        settled_cny,
        -- booleans
        is_in_annual_plan,
        forms_asset,
        -- dates
        entered_date,
        approved_date,
        planned_start_date,
        planned_end_date,
        tendered_date,
        started_date,
        finished_date,
        accepted_date,
        handed_over_date,
        settled_date,
        removed_date,
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
