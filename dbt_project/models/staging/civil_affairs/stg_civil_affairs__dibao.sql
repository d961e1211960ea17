with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__dibao') }}

),

renamed as (

    select
        -- keys
        area_code,
        head_person_key,
        person_key,
        -- text
        township_name,
        village_name,
        dibao_class,
        relation_to_head,
        dibao_status,
        -- numbers
        supported_person_count,
        household_amount_cny,
        -- dates
        list_month,
        supported_since_month,
        stopped_date,
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
