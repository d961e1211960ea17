with

allocations as (

    select * from {{ ref('stg_finance__fund_allocations') }}

),

last_lists as (

    select
        list_year,
        max(period) as last_period
    from allocations
    group by list_year

),

-- Each list repeats the year's earlier lines, so only a year's last one counts.
final as (

    select
        allocations.quota_id,
        allocations.project_id,
        allocations.document_number,
        allocations.fund_level,
        allocations.split_cny,
        allocations.split_date,
        allocations.period,
        allocations.receipt_id,
        allocations.source_row
    from allocations
    inner join last_lists
        on
            allocations.list_year = last_lists.list_year
            and allocations.period = last_lists.last_period

)

select * from final
