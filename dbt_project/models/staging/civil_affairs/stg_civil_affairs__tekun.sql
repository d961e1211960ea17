with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__tekun') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        support_form,
        care_grade,
        -- numbers
        month_amount_cny,
        -- dates
        list_month,
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
