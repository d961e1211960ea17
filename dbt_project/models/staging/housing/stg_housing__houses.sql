with

source as (

    select * from {{ source('bronze', 'raw_housing__dangerous_housing') }}

),

renamed as (

    select
        -- keys
        area_code,
        house_id,
        household_key,
        person_key,
        -- text
        township_name,
        village_name,
        household_group,
        house_grade,
        grading_office,
        renovation_method,
        renovation_stage,
        unsound_house_type,
        settlement_type,
        structure_type,
        bank_name,
        -- numbers
        member_count,
        built_year,
        renovation_year,
        floor_area_m2,
        renovated_area_m2,
        subsidy_cny,
        paid_subsidy_cny,
        central_fund_cny,
        provincial_fund_cny,
        county_fund_cny,
        own_fund_cny,
        -- booleans
        is_priority_group,
        is_closed,
        -- dates
        graded_date,
        started_date,
        accepted_date,
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
