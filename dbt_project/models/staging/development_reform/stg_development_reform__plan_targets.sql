with

source as (

    select * from {{ source('bronze', 'raw_development_reform__plan_targets') }}

),

renamed as (

    select
        -- keys
        area_code,
        -- text
        indicator_code,
        indicator_name,
        area_name,
        unit_name,
        lead_department,
        target_scope,
        target_direction,
        plan_document,
        plan_task,
        -- numbers
        plan_year,
        target_value,
        base_value,
        -- dates
        started_date,
        due_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    -- A plan looks ahead: it stands under the December of its year and holds from the year's first month on.
    select *
    from renamed
    where substr(period, 1, 4) <= substr({{ as_of_period() }}, 1, 4)

)

select * from final
