-- A quota is what was split of it and what was not; that is what was paid, what was moved on and what lies still. The
-- payments of the trace are the treasury's, its assets those of the county book that name a project.
with

trace as (

    select * from {{ ref('fct_money_trace') }}

),

quotas as (

    select
        quota_id as item,
        sum(case when step_name = 'quota' then amount_cny else 0 end) as allocated_cny,
        sum(case when step_name in ('split', 'not_split') then amount_cny else 0 end) as split_cny,
        sum(case when step_name in ('paid', 'transferred', 'unpaid') then amount_cny else 0 end) as used_cny
    from trace
    where quota_id is not null
    group by quota_id

),

treasury as (

    select sum(paid_cny) as amount_cny from {{ ref('stg_finance__fund_payments') }}

),

ledger as (

    select max(period) as period from {{ ref('fct_asset') }}

),

county_book as (

    select sum(assets.original_value_cny) as amount_cny
    from {{ ref('fct_asset') }} as assets
    inner join ledger
        on assets.period = ledger.period
    where assets.project_id is not null and assets.is_in_county_book

),

sums as (

    select
        'payments' as item,
        treasury.amount_cny as expected_cny,
        sum(trace.amount_cny) as found_cny
    from trace
    cross join treasury
    where trace.step_name in ('paid', 'transferred')
    group by treasury.amount_cny
    union all
    select
        'assets' as item,
        county_book.amount_cny as expected_cny,
        sum(trace.amount_cny) as found_cny
    from trace
    cross join county_book
    where trace.step_name = 'asset'
    group by county_book.amount_cny

),

final as (

    select
        item,
        allocated_cny,
        split_cny,
        used_cny
    from quotas
    where allocated_cny <> split_cny or split_cny <> used_cny
    union all
    select
        item,
        expected_cny as allocated_cny,
        found_cny as split_cny,
        null as used_cny
    from sums
    where coalesce(expected_cny, 0) <> coalesce(found_cny, 0)

)

select * from final
