with

source as (

    select * from {{ source('bronze', 'raw_agriculture__industry_participation') }}

),

renamed as (

    select
        -- keys
        household_key,
        -- text
        operator_name,
        operator_class,
        participation_mode,
        industry_kind,
        -- numbers
        participation_year,
        scale_amount,
        annual_return_cny,
        net_income_cny,
        reward_cny,
        -- booleans
        is_dibao_action,
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
