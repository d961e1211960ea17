with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__monitoring_register') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        head_person_key,
        -- text
        township_name,
        village_name,
        monitoring_class,
        risk,
        second_risk,
        elimination_way,
        removal_reason,
        evaluation,
        -- numbers
        member_count,
        income_per_head_cny,
        compensation_cny,
        own_payment_cny,
        reference_income_cny,
        income_after_per_head_cny,
        recovered_cny,
        -- booleans
        was_poor,
        is_without_labour,
        is_eliminated,
        is_paused,
        -- dates
        recognised_month,
        lead_date,
        notice_started_date,
        notice_ended_date,
        recognised_date,
        first_measure_date,
        eliminated_month,
        pause_started_date,
        pause_ended_date,
        removed_date,
        evaluated_date,
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
