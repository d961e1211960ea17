with

changes as (

    select * from {{ ref('stg_rural_revitalisation__register_changes') }}

),

final as (

    select
        change_id,
        household_key,
        member_key,
        area_code,
        counterpart_area_code,
        change_type,
        change_reason,
        change_period,
        period,
        receipt_id,
        cast(household_count as bigint) as household_count,
        cast(person_count as bigint) as person_count,
        change_date
    from changes

)

select * from final
