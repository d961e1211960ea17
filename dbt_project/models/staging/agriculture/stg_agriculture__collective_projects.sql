with

source as (

    select * from {{ source('bronze', 'raw_agriculture__collective_economy') }}

),

renamed as (

    select
        -- keys
        area_code,
        village_code,
        -- text
        project_name,
        business_mode,
        cooperative_name,
        -- numbers
        report_year,
        joined_household_count,
        joined_person_count,
        joined_poor_household_count,
        joined_poor_person_count,
        income_cny,
        expense_cny,
        yield_cny,
        distributed_cny,
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
