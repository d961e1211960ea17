with

quotas as (

    select * from {{ ref('int_fund_quotas') }}

),

hops as (

    select * from {{ ref('fct_money_hop') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

projects as (

    select * from {{ ref('fct_project') }}

),

transfers as (

    select * from {{ ref('fct_fund_transfer') }}

),

payouts as (

    select * from {{ ref('fct_project_payout') }}

),

ledger as (

    select max(period) as period from {{ ref('fct_asset') }}

),

assets as (

    select fct_asset.*
    from {{ ref('fct_asset') }} as fct_asset
    inner join ledger
        on fct_asset.period = ledger.period
    where fct_asset.project_id is not null and fct_asset.is_in_county_book

),

steps as (

    select
        1 as step_number,
        'quota' as step_name,
        quota_id as item_id,
        document_number,
        quota_id,
        cast(null as varchar) as project_id,
        area_code,
        fund_level as counterpart,
        allocated_cny as amount_cny,
        cast(null as bigint) as household_count,
        issued_date as step_date,
        receipt_id,
        cast(null as integer) as source_row
    from quotas
    union all
    select
        2 as step_number,
        'arrived' as step_name,
        quota_id as item_id,
        document_number,
        quota_id,
        null as project_id,
        area_code,
        fund_level as counterpart,
        arrived_cny as amount_cny,
        null as household_count,
        arrived_date as step_date,
        receipt_id,
        null as source_row
    from quotas
    where arrived_date is not null
    union all
    select
        2 as step_number,
        case when received_date is null then 'on_the_way' else 'sent_down' end as step_name,
        receipt_id || ' ' || source_sheet || ' ' || cast(source_row as varchar) as item_id,
        document_number,
        quota_id,
        null as project_id,
        area_code,
        sender_name || ' → ' || receiver_name as counterpart,
        transferred_cny as amount_cny,
        null as household_count,
        coalesce(received_date, sent_date) as step_date,
        receipt_id,
        source_row
    from transfers
    union all
    select
        3 as step_number,
        case when is_split then 'split' else 'not_split' end as step_name,
        hop_id as item_id,
        document_number,
        quota_id,
        project_id,
        area_code,
        null as counterpart,
        amount_cny,
        null as household_count,
        split_date as step_date,
        receipt_id,
        source_row
    from hops
    where is_split or amount_cny <> 0
    union all
    select
        4 as step_number,
        'contract' as step_name,
        project_id as item_id,
        null as document_number,
        null as quota_id,
        project_id,
        area_code,
        coalesce(contractor_name || ' ' || contract_number, contractor_name, contract_number) as counterpart,
        contract_cny as amount_cny,
        null as household_count,
        tendered_date as step_date,
        receipt_id,
        source_row
    from projects
    where contract_cny is not null
    union all
    select
        5 as step_number,
        'claimed' as step_name,
        receipt_id || ' ' || source_sheet || ' ' || cast(source_row as varchar) as item_id,
        null as document_number,
        null as quota_id,
        project_id,
        area_code,
        null as counterpart,
        requested_cny as amount_cny,
        null as household_count,
        requested_date as step_date,
        receipt_id,
        source_row
    from payouts
    union all
    select
        5 as step_number,
        case when payments.is_final_payment then 'paid' else 'transferred' end as step_name,
        payments.payment_id as item_id,
        coalesce(quotas.document_number, payments.document_number) as document_number,
        payments.quota_id,
        payments.project_id,
        quotas.area_code,
        payments.payee_type as counterpart,
        payments.paid_cny as amount_cny,
        null as household_count,
        payments.paid_date as step_date,
        payments.receipt_id,
        payments.source_row
    from payments
    left join quotas
        on payments.quota_id = quotas.quota_id
    union all
    select
        6 as step_number,
        'unpaid' as step_name,
        hop_id as item_id,
        document_number,
        quota_id,
        project_id,
        area_code,
        null as counterpart,
        unpaid_cny as amount_cny,
        null as household_count,
        null as step_date,
        receipt_id,
        source_row
    from hops
    where unpaid_cny <> 0
    union all
    select
        7 as step_number,
        'asset' as step_name,
        asset_id as item_id,
        null as document_number,
        null as quota_id,
        project_id,
        area_code,
        asset_name as counterpart,
        original_value_cny as amount_cny,
        case when household_key is not null then 1 end as household_count,
        handed_over_date as step_date,
        receipt_id,
        source_row
    from assets
    {% for name in ['yield_due', 'yield_paid', 'yield_distributed'] %}
        union all
        select
            8 as step_number,
            '{{ name }}' as step_name,
            asset_id as item_id,
            null as document_number,
            null as quota_id,
            project_id,
            area_code,
            operator_name as counterpart,
            {{ name }}_cny as amount_cny,
            null as household_count,
            null as step_date,
            receipt_id,
            source_row
        from assets
        where {{ name }}_cny is not null
    {% endfor %}
    union all
    select
        9 as step_number,
        'households' as step_name,
        project_id as item_id,
        null as document_number,
        null as quota_id,
        project_id,
        area_code,
        benefit_mechanism as counterpart,
        null as amount_cny,
        benefit_household_count as household_count,
        null as step_date,
        receipt_id,
        source_row
    from projects
    where is_started and benefit_household_count is not null

),

final as (

    select
        step_name || '-' || item_id as trace_id,
        step_number,
        step_name,
        item_id,
        document_number,
        quota_id,
        project_id,
        area_code,
        counterpart,
        cast(amount_cny as decimal(18, 2)) as amount_cny,
        cast(household_count as bigint) as household_count,
        step_date,
        receipt_id,
        source_row
    from steps

)

select * from final
