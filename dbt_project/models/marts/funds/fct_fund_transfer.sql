-- Money sent from one purse to the next. The register is cumulative within its year: its last file speaks for the year.
with

transfers as (

    select * from {{ ref('stg_finance__fund_transfers') }}

),

last_files as (

    select
        list_year,
        max(period) as period
    from transfers
    group by list_year

),

quotas as (

    select
        quota_id,
        area_code,
        document_number
    from {{ ref('int_fund_quotas') }}

),

as_of as (

    select max(period_end_date) as as_of_date from {{ ref('int_months') }}

),

final as (

    select
        transfers.period,
        transfers.quota_id,
        coalesce(quotas.document_number, transfers.document_number) as document_number,
        quotas.area_code,
        transfers.transfer_level,
        transfers.sender_name,
        transfers.receiver_name,
        cast(transfers.transferred_cny as decimal(18, 2)) as transferred_cny,
        {{ days_between('transfers.sent_date', 'transfers.received_date') }} as sent_to_received_days,
        case
            when transfers.received_date is null then {{ days_between('transfers.sent_date', 'as_of.as_of_date') }}
        end as on_the_way_days,
        transfers.sent_date,
        transfers.received_date,
        transfers.receipt_id,
        transfers.source_sheet,
        transfers.source_row
    from transfers
    cross join as_of
    inner join last_files
        on
            transfers.list_year = last_files.list_year
            and transfers.period = last_files.period
    left join quotas
        on transfers.quota_id = quotas.quota_id

)

select * from final
