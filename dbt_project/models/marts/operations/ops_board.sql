-- One row per feed and period that was due: what came, in how many versions, how much could be used, and after how
-- many days it was put right. A file with the rows of an earlier one is no new version.
with

calendar as (

    select * from {{ ref('ops_calendar') }}

),

deliveries as (

    select * from {{ ref('ops_delivery') }}

),

sent as (

    select
        feed,
        period,
        count(*) as file_count,
        count(case when verdict <> 'same_rows' then 1 end) as version_count,
        count(case when verdict = 'same_rows' then 1 end) as repeated_count,
        count(case when verdict = 'refused' then 1 end) as refused_count,
        min_by(rejected_count, version) as first_rejected_count,
        min(arrived_at) as first_arrived_at,
        max(version) as last_version
    from deliveries
    group by feed, period

),

counting as (

    select * from deliveries
    where is_current

),

told as (

    select
        calendar.*,
        sent.file_count,
        sent.version_count,
        sent.repeated_count,
        sent.refused_count,
        sent.first_rejected_count,
        sent.first_arrived_at,
        counting.receipt_id as counting_receipt_id,
        counting.version as counting_version,
        counting.row_in_count,
        counting.accepted_count,
        counting.rejected_count,
        counting.accepted_count + counting.rejected_count as data_row_count,
        case
            when calendar.status = 'late'
                then {{ days_between('calendar.due_date', 'cast(calendar.arrived_at as date)') }}
        end as days_late,
        case
            when counting.arrived_at > sent.first_arrived_at
                then {{ days_between('cast(sent.first_arrived_at as date)', 'cast(counting.arrived_at as date)') }}
        end as correction_days
    from calendar
    left join sent
        on
            calendar.feed = sent.feed
            and calendar.period = sent.period
    left join counting
        on
            calendar.feed = counting.feed
            and calendar.period = counting.period

),

final as (

    select
        department_code,
        department_zh,
        department_en,
        feed,
        feed_title_zh,
        feed_title_en,
        period,
        case
            when status in ('missing', 'refused') then status
            when rejected_count > 0 then 'incomplete'
            when status = 'late' then 'late'
            when correction_days is not null then 'corrected'
            else 'arrived'
        end as board_state,
        counting_receipt_id as receipt_id,
        cast(coalesce(file_count, 0) as bigint) as file_count,
        cast(coalesce(version_count, 0) as bigint) as version_count,
        cast(greatest(coalesce(version_count, 0) - 1, 0) as bigint) as resent_count,
        cast(coalesce(repeated_count, 0) as bigint) as repeated_count,
        cast(coalesce(refused_count, 0) as bigint) as refused_count,
        cast(first_rejected_count as bigint) as first_rejected_count,
        cast(data_row_count as bigint) as data_row_count,
        cast(accepted_count as bigint) as accepted_count,
        cast(rejected_count as bigint) as rejected_count,
        {{ share('accepted_count', 'data_row_count') }} as accepted_share,
        cast(days_late as bigint) as days_late,
        cast(correction_days as bigint) as correction_days,
        status in ('arrived', 'late') as is_arrived,
        status = 'arrived' as is_on_time,
        rejected_count = 0 as is_complete,
        due_date,
        cast(first_arrived_at as date) as first_arrived_date,
        cast(arrived_at as date) as used_from_date
    from told

)

select * from final
