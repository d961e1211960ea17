-- In the run's month the areas of the highest level together hold every movement that has a quota; movements with
-- nothing to compare fail too.
with

movements as (

    select * from {{ ref('fct_fund_movement') }}
    where
        area_code is not null
        and movement_date <= {{ period_end(as_of_period()) }}

),

funds as (

    select
        count(*) as row_count,
        sum(allocated_cny) as allocated_cny,
        sum(arrived_cny) as arrived_cny,
        sum(paid_final_cny) as paid_final_cny,
        sum(transferred_cny) as transferred_cny
    from {{ ref('kpi_fund_area_month') }}
    where
        period = {{ as_of_period() }}
        and fund_scope = 'all_years'
        and area_level = {{ top_level() }}
        and group_type = 'all'

),

totals as (

    select
        count(*) as row_count,
        sum(case when movement_type = 'allocated' then amount_cny else 0 end) as allocated_cny,
        sum(case when movement_type = 'arrived' then amount_cny else 0 end) as arrived_cny,
        sum(case when movement_type = 'paid_final' then amount_cny else 0 end) as paid_final_cny,
        sum(case when movement_type = 'transferred' then amount_cny else 0 end) as transferred_cny
    from movements

),

final as (

    select totals.*
    from totals
    cross join funds
    where
        (totals.row_count > 0 and funds.row_count = 0)
        or totals.allocated_cny <> funds.allocated_cny
        or totals.arrived_cny <> funds.arrived_cny
        or totals.paid_final_cny <> funds.paid_final_cny
        or totals.transferred_cny <> funds.transferred_cny

)

select * from final
