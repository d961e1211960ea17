with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__phone_visits') }}

),

renamed as (

    select
        -- keys
        visit_id,
        cadre_key,
        household_key,
        -- text
        visit_content,
        problem_kind,
        photo_hash,
        handling_status,
        -- numbers
        cast(longitude as double) as longitude,
        cast(latitude as double) as latitude,
        photo_count,
        -- dates
        cast(replace(replace(visited_at, 'T', ' '), '+08:00', '') as timestamp) as visited_at,
        cast(replace(replace(uploaded_at, 'T', ' '), '+08:00', '') as timestamp) as uploaded_at,
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
