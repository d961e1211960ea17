with

source as (

    select * from {{ source('bronze', 'raw_human_resources__public_payroll') }}

),

renamed as (

    select
        -- keys
        person_key,
        -- text
        employer_name,
        staff_class,
        position_name,
        payroll_change,
        relation_to_staff,
        -- dates
        paid_since_date,
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
