with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__visits') }}

),

renamed as (

    select
        -- keys
        household_key,
        cadre_key,
        -- text
        visit_topic,
        visitor_role,
        visit_content,
        visit_result,
        problem,
        -- dates
        visited_date,
        recorded_date,
        closed_date,
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
