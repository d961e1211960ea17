with

source as (

    select * from {{ source('bronze', 'raw_disabled_federation__disabled') }}

),

renamed as (

    select
        -- keys
        person_key,
        certificate_person_key,
        -- text
        disability_kind,
        disability_grade,
        -- booleans
        has_living_subsidy,
        has_nursing_subsidy,
        -- dates
        certified_date,
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
