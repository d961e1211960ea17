with

source as (

    select * from {{ source('bronze', 'raw_rural_revitalisation__social_assistance') }}

),

renamed as (

    select
        -- text
        donor_kind,
        donor_name,
        project_id,
        beneficiary_village_name,
        -- numbers
        received_cny,
        goods_count,
        beneficiary_person_count,
        exported_worker_count,
        -- dates
        received_date,
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
