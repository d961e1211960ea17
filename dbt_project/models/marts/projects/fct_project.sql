with

months as (

    select * from {{ ref('int_project_months') }}

),

last_month as (

    select max(as_of_month) as as_of_month from months

),

hops as (

    select
        project_id,
        sum(amount_cny) as split_cny,
        sum(paid_final_cny) as paid_final_cny,
        min(first_paid_date) as first_paid_date,
        max(last_paid_date) as last_paid_date
    from {{ ref('fct_money_hop') }}
    where project_id is not null
    group by project_id

),

ledger as (

    select max(period) as period from {{ ref('fct_asset') }}

),

assets as (

    select
        fct_asset.project_id,
        count(*) as asset_count,
        sum(fct_asset.original_value_cny) as asset_value_cny,
        sum(fct_asset.yield_due_cny) as yield_due_cny,
        sum(fct_asset.yield_paid_cny) as yield_paid_cny,
        sum(fct_asset.yield_distributed_cny) as yield_distributed_cny
    from {{ ref('fct_asset') }} as fct_asset
    inner join ledger
        on fct_asset.period = ledger.period
    where fct_asset.project_id is not null and fct_asset.is_in_county_book
    group by fct_asset.project_id

),

final as (

    select
        months.project_id,
        months.as_of_month as period,
        months.area_code,
        months.project_name,
        months.project_kind,
        months.project_stage,
        months.reported_state,
        months.supervising_office,
        months.responsible_office,
        months.contractor_name,
        months.contract_number,
        months.benefit_mechanism,
        months.removal_reason,
        cast(months.plan_year as integer) as plan_year,
        {% for column in [
            'budget', 'central', 'provincial', 'prefectural', 'county', 'social', 'contract', 'settled',
        ] %}
            cast(months.{{ column }}_cny as decimal(18, 2)) as {{ column }}_cny,
        {% endfor %}
        cast(hops.split_cny as decimal(18, 2)) as split_cny,
        cast(hops.paid_final_cny as decimal(18, 2)) as paid_final_cny,
        cast(assets.asset_value_cny as decimal(18, 2)) as asset_value_cny,
        cast(assets.yield_due_cny as decimal(18, 2)) as yield_due_cny,
        cast(assets.yield_paid_cny as decimal(18, 2)) as yield_paid_cny,
        cast(assets.yield_distributed_cny as decimal(18, 2)) as yield_distributed_cny,
        cast(assets.asset_count as bigint) as asset_count,
        cast(months.benefit_household_count as bigint) as benefit_household_count,
        cast(months.benefit_person_count as bigint) as benefit_person_count,
        cast(months.benefit_poor_household_count as bigint) as benefit_poor_household_count,
        cast(months.benefit_poor_person_count as bigint) as benefit_poor_person_count,
        cast(months.stage_days as bigint) as stage_days,
        cast(months.limit_days as bigint) as limit_days,
        months.is_stuck,
        months.is_started,
        months.is_asset_due,
        months.is_accepted_without_asset,
        months.is_missing_in_last_list,
        months.stage_since_date,
        {% for column in [
            'entered', 'approved', 'tendered', 'started', 'finished', 'accepted', 'handed_over', 'settled', 'removed',
        ] %}
            months.{{ column }}_date,
        {% endfor %}
        hops.first_paid_date,
        hops.last_paid_date,
        months.period as listed_period,
        months.receipt_id,
        months.source_sheet,
        months.source_row
    from months
    inner join last_month
        on months.as_of_month = last_month.as_of_month
    left join hops
        on months.project_id = hops.project_id
    left join assets
        on months.project_id = assets.project_id

)

select * from final
