with

source as (

    select * from {{ source('bronze', 'raw_health__family_doctor') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        chronic_kind,
        team_name,
        -- numbers
        care_visit_count,
        -- dates
        signed_date,
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
