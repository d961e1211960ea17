with

source as (

    select * from {{ source('bronze', 'raw_human_resources__labour_ledger') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        area_name,
        sex,
        education_level,
        employment_status,
        employment_wish,
        labour_capacity,
        training_status,
        training_wish,
        school_status,
        resettlement_site_name,
        remark,
        work_place,
        work_region,
        -- booleans
        is_disabled,
        is_relocated,
        is_new_transfer,
        -- dates
        started_date,
        registered_month,
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
