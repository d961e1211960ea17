-- What projects asked for and what they were paid. The ledger is cumulative within its year: its last file speaks.
with

payouts as (

    select * from {{ ref('stg_finance__project_payouts') }}

),

last_files as (

    select
        list_year,
        max(period) as period
    from payouts
    group by list_year

),

projects as (

    select
        project_id,
        area_code,
        row_number() over (partition by project_id order by period desc) as preference
    from {{ ref('stg_rural_revitalisation__projects') }}

),

as_of as (

    select max(period_end_date) as as_of_date from {{ ref('int_months') }}

),

final as (

    select
        payouts.period,
        payouts.project_id,
        payouts.document_number,
        projects.area_code,
        cast(payouts.requested_cny as decimal(18, 2)) as requested_cny,
        cast(payouts.paid_cny as decimal(18, 2)) as paid_cny,
        cast(payouts.requested_cny - coalesce(payouts.paid_cny, 0) as decimal(18, 2)) as open_cny,
        {{ days_between('payouts.requested_date', 'payouts.paid_date') }} as request_to_payment_days,
        case
            when payouts.paid_date is null then {{ days_between('payouts.requested_date', 'as_of.as_of_date') }}
        end as waiting_days,
        payouts.requested_date,
        payouts.paid_date,
        payouts.receipt_id,
        payouts.source_sheet,
        payouts.source_row
    from payouts
    cross join as_of
    inner join last_files
        on
            payouts.list_year = last_files.list_year
            and payouts.period = last_files.period
    left join projects
        on
            payouts.project_id = projects.project_id
            and projects.preference = 1

)

select * from final
