with

controls as (

    select * from {{ source('run', 'ops_controls') }}

),

final as (

    select
        controls.receipt_id,
        controls.department_code,
        controls.feed,
        controls.period,
        controls.kind,
        controls.field,
        controls.header,
        cast(controls.stated as decimal(18, 4)) as stated,
        cast(controls.computed as decimal(18, 4)) as computed,
        cast(controls.row as bigint) as source_row,
        cast(controls.is_equal as boolean) as is_equal
    from controls

)

select * from final
