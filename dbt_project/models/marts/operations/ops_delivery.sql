with

deliveries as (

    select * from {{ source('run', 'ops_deliveries') }}

),

due_dates as (

    select
        feed,
        period,
        due_date
    from {{ source('run', 'ops_calendar') }}

),

final as (

    select
        deliveries.receipt_id,
        deliveries.department_code,
        deliveries.department_zh,
        deliveries.department_en,
        deliveries.feed,
        deliveries.feed_title_zh,
        deliveries.feed_title_en,
        deliveries.period,
        deliveries.file_name,
        deliveries.verdict,
        deliveries.format,
        deliveries.encoding,
        deliveries.reason_zh,
        deliveries.reason_en,
        deliveries.remedy_zh,
        deliveries.remedy_en,
        deliveries.warning_zh,
        deliveries.warning_en,
        cast(deliveries.version as bigint) as version,
        cast(deliveries.row_in_count as bigint) as row_in_count,
        cast(deliveries.accepted_count as bigint) as accepted_count,
        cast(deliveries.rejected_count as bigint) as rejected_count,
        cast(deliveries.non_data_count as bigint) as non_data_count,
        cast(
            greatest({{ days_between('due_dates.due_date', 'cast(deliveries.arrived_at as date)') }}, 0) as bigint
        ) as days_late,
        cast(deliveries.is_current as boolean) as is_current,
        cast(due_dates.due_date as date) as due_date,
        cast(deliveries.arrived_at as timestamp) as arrived_at
    from deliveries
    left join due_dates
        on
            deliveries.feed = due_dates.feed
            and deliveries.period = due_dates.period

)

select * from final
