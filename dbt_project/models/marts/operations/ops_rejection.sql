with

rejections as (

    select * from {{ source('run', 'ops_rejections') }}

),

final as (

    select
        receipt_id,
        department_code,
        feed,
        period,
        file_name,
        source_sheet,
        header,
        field,
        reason_code,
        reason_zh,
        reason_en,
        remedy_zh,
        remedy_en,
        masked_value,
        cast(source_row as bigint) as source_row,
        cast(source_column as bigint) as source_column,
        cast(is_open as boolean) as is_open
    from rejections

)

select * from final
