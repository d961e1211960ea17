with

reports as (

    select * from {{ ref('stg_finance__fund_reports') }}

),

funds as (

    select * from {{ ref('kpi_fund_area_month') }}
    where fund_scope = 'current_year' and group_type = 'source_level'

),

areas as (

    select * from {{ ref('dim_area') }}
    where area_level = 'county'

),

placed as (

    select
        reports.*,
        areas.area_code,
        replace(reports.fund_name, '资金', '') as fund_level
    from reports
    left join areas
        on reports.area_name = areas.area_name

),

final as (

    select
        placed.period,
        placed.area_code,
        placed.area_name,
        placed.fund_name,
        placed.fund_level,
        cast(placed.report_year as integer) as report_year,
        cast(placed.total_cny as decimal(18, 2)) as reported_total_cny,
        cast(placed.spent_cny as decimal(18, 2)) as reported_spent_cny,
        cast(placed.spent_percent as double) / 100 as reported_spend_rate_share,
        funds.allocated_cny,
        funds.arrived_cny,
        funds.paid_final_cny,
        funds.transferred_cny,
        cast(placed.spent_cny - funds.paid_final_cny as decimal(18, 2)) as spent_difference_cny,
        funds.spend_rate_share,
        placed.closed_date,
        placed.receipt_id,
        placed.source_sheet,
        placed.source_row
    from placed
    left join funds
        on
            placed.period = funds.period
            and placed.area_code = funds.area_id
            and placed.fund_level = funds.group_id

)

select * from final
