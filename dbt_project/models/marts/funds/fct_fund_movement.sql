with

quotas as (

    select * from {{ ref('int_fund_quotas') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

movements as (

    select
        quota_id as document_id,
        'allocated' as movement_type,
        quota_id,
        receipt_id,
        allocated_cny as amount_cny,
        issued_date as movement_date
    from quotas
    union all
    select
        quota_id as document_id,
        'arrived' as movement_type,
        quota_id,
        receipt_id,
        arrived_cny as amount_cny,
        arrived_date as movement_date
    from quotas
    where arrived_date is not null
    union all
    select
        payment_id as document_id,
        case when is_final_payment then 'paid_final' else 'transferred' end as movement_type,
        quota_id,
        receipt_id,
        paid_cny as amount_cny,
        paid_date as movement_date
    from payments

),

final as (

    select
        movements.movement_type || '-' || movements.document_id as movement_id,
        movements.quota_id,
        quotas.area_code,
        movements.movement_type,
        quotas.batch_id,
        quotas.batch_name,
        quotas.document_number,
        quotas.fund_level,
        quotas.fund_use,
        quotas.integrated_item_name,
        movements.receipt_id,
        cast(quotas.budget_year as integer) as budget_year,
        cast(movements.amount_cny as decimal(18, 2)) as amount_cny,
        quotas.is_integrated,
        movements.movement_date
    from movements
    left join quotas
        on movements.quota_id = quotas.quota_id

)

select * from final
