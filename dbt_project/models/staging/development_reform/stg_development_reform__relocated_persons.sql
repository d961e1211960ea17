with

source as (

    select * from {{ source('bronze', 'raw_development_reform__relocation') }}

),

renamed as (

    select
        -- keys
        area_code,
        household_key,
        person_key,
        head_person_key,
        settlement_code,
        -- text
        township_name,
        village_name,
        mover_type,
        relation_to_head,
        origin_type,
        destination_name,
        placement,
        settlement_name,
        work_outside,
        work_province,
        work_county,
        work_workshop,
        work_public_post,
        work_own_business,
        not_working_reason,
        eligibility_result,
        remark,
        -- numbers
        allocation_member_count,
        relocation_year,
        housing_area_m2,
        -- booleans
        is_labour,
        is_moved_in,
        is_old_house_demolished,
        -- dates
        key_handed_date,
        moved_in_date,
        eligibility_month,
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
