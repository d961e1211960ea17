-- The source levels, the batches and the uses of an area each hold all of its money: no quota falls out of a group.
with

funds as (

    select * from {{ ref('kpi_fund_area_month') }}

),

totals as (

    select * from funds
    where group_type = 'all'

),

group_types as (

    select 'source_level' as group_type
    union all
    select 'batch' as group_type
    union all
    select 'use' as group_type

),

final as (

    select
        totals.period,
        totals.fund_scope,
        totals.area_id,
        group_types.group_type,
        totals.allocated_cny,
        totals.unspent_cny,
        sum(funds.allocated_cny) as group_allocated_cny,
        sum(funds.unspent_cny) as group_unspent_cny
    from totals
    cross join group_types
    left join funds
        on
            totals.period = funds.period
            and totals.fund_scope = funds.fund_scope
            and totals.area_id = funds.area_id
            and group_types.group_type = funds.group_type
    group by
        totals.period,
        totals.fund_scope,
        totals.area_id,
        group_types.group_type,
        totals.allocated_cny,
        totals.unspent_cny
    having
        coalesce(totals.allocated_cny, 0) <> coalesce(sum(funds.allocated_cny), 0)
        or coalesce(totals.unspent_cny, 0) <> coalesce(sum(funds.unspent_cny), 0)

)

select * from final
