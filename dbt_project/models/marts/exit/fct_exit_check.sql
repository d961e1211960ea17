with

checks as (

    select * from {{ ref('stg_townships__exit_checks') }}

),

criteria as (

    select * from {{ ref('int_exit_criteria') }}

),

objects as (

    select
        *,
        coalesce(household_key, area_code) as object_id
    from checks

),

-- The last check of an item counts; what failed before it stays visible as a count.
ranked as (

    select
        *,
        row_number() over (
            partition by period, object_level, object_id, item_name
            order by checked_date desc, source_row desc
        ) as recency,
        count(*) over (partition by period, object_level, object_id, item_name) as check_count,
        sum(case when is_passed then 0 else 1 end) over (partition by period, object_level, object_id, item_name)
            as failed_check_count
    from objects

),

judged as (

    select
        ranked.*,
        criteria.list_name as criteria_list_name,
        criteria.item_code,
        criteria.item_name_en,
        criteria.operator,
        criteria.threshold,
        criteria.unit_name,
        criteria.required_item_count,
        case
            when ranked.reported_value is null then null
            when criteria.operator = 'at_least' then ranked.reported_value >= criteria.threshold
            when criteria.operator = 'at_most' then ranked.reported_value <= criteria.threshold
            when criteria.operator = 'under' then ranked.reported_value < criteria.threshold
        end as is_passed_by_value
    from ranked
    left join criteria
        on
            ranked.area_code = criteria.area_code
            and ranked.object_level = criteria.object_level
            and ranked.check_year = criteria.check_year
            and ranked.item_name = criteria.item_name
    where ranked.recency = 1

),

final as (

    select
        period,
        cast(check_year as integer) as check_year,
        object_level,
        object_id,
        household_key,
        area_code,
        list_name,
        criteria_list_name,
        item_code,
        item_name,
        item_name_en,
        operator,
        threshold,
        unit_name,
        cast(reported_value as double) as reported_value,
        cast(required_item_count as bigint) as required_item_count,
        cast(check_count as bigint) as check_count,
        cast(failed_check_count - case when is_passed then 0 else 1 end as bigint) as failed_before_count,
        is_passed,
        is_passed_by_value,
        coalesce(is_passed and not is_passed_by_value, false) as is_contradicted,
        item_code is not null as is_listed_item,
        check_level,
        checked_by,
        checked_date,
        notice_start_date,
        notice_end_date,
        {{ days_between('notice_start_date', 'notice_end_date') }} as notice_days,
        is_signed,
        is_spot_checked,
        receipt_id,
        source_sheet,
        source_row
    from judged

)

select * from final
