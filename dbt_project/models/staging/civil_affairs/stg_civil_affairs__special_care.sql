with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__special_care') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        care_kind,
        disability_extent,
        care_mode,
        -- numbers
        carer_group_count,
        weekly_visit_count,
        month_visit_count,
        task_done_count,
        -- booleans
        is_public_post_carer,
        -- dates
        last_visit_date,
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
