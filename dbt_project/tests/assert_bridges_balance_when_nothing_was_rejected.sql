-- Without a rejected row in the two registers or the change ledger, nothing may stay unexplained at any level.
with

bridges as (

    select * from {{ ref('kpi_register_bridge_area_month') }}

),

rejections as (

    select distinct period
    from {{ ref('ops_rejection') }}
    where
        is_open
        and feed in ('household_register', 'person_register', 'register_changes')

),

months as (

    select * from {{ ref('int_months') }}

),

final as (

    select
        bridges.period,
        bridges.area_id,
        bridges.group_id,
        bridges.unexplained_household_count,
        bridges.unexplained_person_count
    from bridges
    inner join months
        on bridges.period = months.period
    where
        not bridges.is_balanced
        and not exists (
            select 1
            from rejections
            where rejections.period in (months.period, months.previous_period)
        )

)

select * from final
