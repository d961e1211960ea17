with

quotas as (

    select * from {{ ref('int_fund_quotas') }}

),

allocations as (

    select * from {{ ref('int_fund_allocations') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

as_of as (

    select max(period_end_date) as as_of_date from {{ ref('int_months') }}

),

limits as (

    select * from {{ ref('money_hop_limits') }}

),

paid as (

    select
        quota_id,
        coalesce(project_id, '') as project_number,
        sum(case when is_final_payment then paid_cny else 0 end) as paid_final_cny,
        sum(case when not is_final_payment then paid_cny else 0 end) as transferred_cny,
        sum(case when is_final_payment then 1 else 0 end) as payment_count,
        min(case when is_final_payment then paid_date end) as first_paid_date,
        max(case when is_final_payment then paid_date end) as last_paid_date
    from payments
    group by quota_id, coalesce(project_id, '')

),

split as (

    select
        quota_id,
        project_id as project_number,
        sum(split_cny) as split_cny,
        min(split_date) as split_date,
        -- Receipt and row of the same split: the first one's.
        (min(struct_pack(receipt := receipt_id, line := source_row))).receipt as receipt_id,
        (min(struct_pack(receipt := receipt_id, line := source_row))).line as source_row
    from allocations
    group by quota_id, project_id

),

split_totals as (

    select
        quota_id,
        sum(split_cny) as split_cny
    from split
    group by quota_id

),

unlinked as (

    select * from paid
    where project_number = ''

),

-- A quota, each project it was split over or paid for, and what was not split: together the quota.
hops as (

    select
        coalesce(split.quota_id, paid.quota_id) as quota_id,
        coalesce(split.project_number, paid.project_number) as project_number,
        coalesce(split.split_cny, 0) as amount_cny,
        split.split_date,
        split.receipt_id,
        split.source_row,
        coalesce(paid.paid_final_cny, 0) as paid_final_cny,
        coalesce(paid.transferred_cny, 0) as transferred_cny,
        coalesce(paid.payment_count, 0) as payment_count,
        paid.first_paid_date,
        paid.last_paid_date
    from split
    full join paid
        on
            split.quota_id = paid.quota_id
            and split.project_number = paid.project_number
    where coalesce(split.project_number, paid.project_number) <> ''
    union all
    select
        coalesce(quotas.quota_id, unlinked.quota_id) as quota_id,
        '' as project_number,
        coalesce(quotas.allocated_cny, 0) - coalesce(split_totals.split_cny, 0) as amount_cny,
        cast(null as date) as split_date,
        quotas.receipt_id,
        cast(null as integer) as source_row,
        coalesce(unlinked.paid_final_cny, 0) as paid_final_cny,
        coalesce(unlinked.transferred_cny, 0) as transferred_cny,
        coalesce(unlinked.payment_count, 0) as payment_count,
        unlinked.first_paid_date,
        unlinked.last_paid_date
    from quotas
    full join unlinked
        on quotas.quota_id = unlinked.quota_id
    left join split_totals
        on coalesce(quotas.quota_id, unlinked.quota_id) = split_totals.quota_id

),

-- What a quota has paid or moved, whichever project the payments name, or none.
paid_totals as (

    select
        quota_id,
        sum(paid_final_cny + transferred_cny) as left_cny
    from paid
    group by quota_id

),

limited as (

    select
        hops.*,
        case
            when quotas.quota_id is not null
                then
                    case when quotas.arrived_date <= as_of.as_of_date then quotas.arrived_cny else 0 end
                    - coalesce(paid_totals.left_cny, 0)
        end as quota_unpaid_cny,
        quotas.area_code,
        quotas.document_number,
        quotas.batch_id,
        quotas.fund_level,
        quotas.budget_year,
        quotas.issued_date,
        quotas.arrived_date,
        as_of.as_of_date,
        limits.split_days as split_limit_days,
        limits.unpaid_days as unpaid_limit_days,
        row_number() over (
            partition by hops.quota_id, hops.project_number
            order by limits.region desc, limits.valid_from desc
        ) as preference
    from hops
    cross join as_of
    left join quotas
        on hops.quota_id = quotas.quota_id
    left join paid_totals
        on hops.quota_id = paid_totals.quota_id
    left join limits
        on
            {{ region_applies('limits.region', 'quotas.area_code') }}
            and quotas.issued_date >= limits.valid_from
            and (quotas.issued_date <= limits.valid_to or limits.valid_to is null)

),

final as (

    select
        quota_id || ' ' || project_number as hop_id,
        quota_id,
        nullif(project_number, '') as project_id,
        area_code,
        document_number,
        batch_id,
        fund_level,
        receipt_id,
        source_row,
        cast(budget_year as integer) as budget_year,
        cast(amount_cny as decimal(18, 2)) as amount_cny,
        cast(paid_final_cny as decimal(18, 2)) as paid_final_cny,
        cast(transferred_cny as decimal(18, 2)) as transferred_cny,
        cast(amount_cny - paid_final_cny - transferred_cny as decimal(18, 2)) as unpaid_cny,
        cast(quota_unpaid_cny as decimal(18, 2)) as quota_unpaid_cny,
        cast(payment_count as bigint) as payment_count,
        {{ days_between('issued_date', 'arrived_date') }} as issue_to_arrival_days,
        {{ days_between('issued_date', 'split_date') }} as issue_to_split_days,
        {{ days_between('split_date', 'first_paid_date') }} as split_to_payment_days,
        {{ days_between('arrived_date', 'first_paid_date') }} as arrival_to_payment_days,
        case when project_number = '' and amount_cny > 0 then {{ days_between('issued_date', 'as_of_date') }} end
            as unsplit_days,
        case
            when amount_cny - paid_final_cny - transferred_cny > 0 then {{ days_between('arrived_date', 'as_of_date') }}
        end as unpaid_days,
        project_number <> '' as is_split,
        project_number <> '' and split_date is null as is_paid_without_split,
        coalesce(
            project_number = ''
            and amount_cny > 0
            and {{ days_between('issued_date', 'as_of_date') }} > split_limit_days,
            false
        ) as is_unsplit_too_long,
        coalesce({{ days_between('issued_date', 'split_date') }} > split_limit_days, false) as is_split_late,
        coalesce(
            amount_cny - paid_final_cny - transferred_cny > 0
            and quota_unpaid_cny > 0
            and {{ days_between('arrived_date', 'as_of_date') }} > unpaid_limit_days,
            false
        ) as is_unpaid_too_long,
        issued_date,
        arrived_date,
        split_date,
        first_paid_date,
        last_paid_date
    from limited
    where preference = 1

)

select * from final
