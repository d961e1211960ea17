with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__assets') }}

),

renamed as (

    select
        -- keys
        area_code,
        asset_id,
        project_id,
        household_key,
        -- text
        asset_name,
        book_level,
        asset_class,
        management_level,
        ownership_level,
        use_state,
        certificate_number,
        sign_number,
        count_result,
        operator_name,
        operating_mode,
        contract_number,
        -- numbers
        formed_year,
        original_value_cny,
        yield_due_cny,
        yield_paid_cny,
        yield_distributed_cny,
        -- dates
        confirmed_date,
        handed_over_date,
        counted_date,
        contract_end_date,
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
