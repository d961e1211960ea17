-- A payment counts in the month it was paid, also when it comes in the file of another month: then the earlier month's
-- figure has changed since it was reported. It warns with their number; 0 in the synthetic county on 2026-11-22.
{{ config(severity='warn') }}

with

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

payment_files as (

    select * from {{ ref('int_fund_payment_files') }}

),

final as (

    select
        payments.payment_id,
        payments.period,
        payments.paid_date
    from payments
    inner join payment_files
        on payments.period = payment_files.period
    where {{ month_of('payments.paid_date') }} not between payment_files.first_period and payment_files.period

)

select * from final
