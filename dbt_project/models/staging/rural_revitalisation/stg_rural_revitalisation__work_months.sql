with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__employment_done') }}

),

renamed as (

    select
        -- keys
        household_key,
        member_key,
        person_key,
        -- text
        household_type,
        monitoring_class,
        work_county_name,
        work_region,
        employer_name,
        industry_name,
        employment_channel,
        labour_capacity,
        -- numbers
        monthly_wage_cny,
        transport_subsidy_cny,
        -- booleans
        is_working,
        is_point_to_point,
        -- dates
        start_month,
        end_month,
        reported_month,
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
