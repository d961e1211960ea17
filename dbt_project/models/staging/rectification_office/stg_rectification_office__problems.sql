with

source as (

    select * from {{ source('bronze', 'raw_rectification_office__rectification') }}

),

renamed as (

    select
        -- keys
        area_code,
        problem_id,
        supervision_id,
        -- text
        problem_source,
        feedback_batch,
        problem_category,
        problem_item,
        problem_text,
        responsible_unit_name,
        township_name,
        measure_text,
        proof,
        recheck_result,
        problem_status,
        -- numbers
        household_count,
        -- dates
        found_date,
        due_date,
        done_date,
        closed_date,
        rechecked_date,
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
