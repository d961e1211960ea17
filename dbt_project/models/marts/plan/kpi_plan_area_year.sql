with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

targets as (

    select * from {{ ref('stg_development_reform__plan_targets') }}

),

actuals as (

    select * from {{ ref('int_plan_actuals') }}

),

-- The last table of targets for a year counts.
latest_targets as (

    select
        *,
        row_number() over (
            partition by indicator_code, plan_year, area_code
            order by period desc, source_row desc
        ) as recency
    from targets

),

joined as (

    select
        latest_targets.*,
        areas.rollup_area_level,
        areas.rollup_area_name,
        areas.rollup_parent_code,
        actuals.actual_value,
        actuals.actual_source,
        actuals.actual_column,
        actuals.numerator,
        actuals.denominator,
        actuals.actual_date,
        actuals.reporting_office
    from latest_targets
    inner join rollup_areas as areas
        on
            least(latest_targets.period, {{ as_of_period() }}) = areas.period
            and latest_targets.area_code = areas.area_code
            and areas.area_code = areas.rollup_area_code
    left join actuals
        on
            latest_targets.indicator_code = actuals.indicator_code
            and latest_targets.area_code = actuals.area_code
            and latest_targets.plan_year = actuals.calendar_year
    where latest_targets.recency = 1

),

-- The one statement of pace: even progress from the first day to the deadline. `elapsed_share` is the part of that time
-- gone on the day of the actual figure; what should be done by then lies on the straight line from the base to the
-- target, and the projected end goes on as fast as until then. A level at a time (时点) has no pace.
timed as (

    select
        *,
        case
            when target_scope <> '时点' and started_date is not null
                then
                    greatest(
                        0,
                        least(
                            1,
                            ({{ days_between('started_date', 'actual_date') }} + 1)
                            / cast({{ days_between('started_date', 'due_date') }} + 1 as double)
                        )
                    )
        end as elapsed_share
    from joined

),

paced as (

    select
        *,
        coalesce(base_value, 0) + (target_value - coalesce(base_value, 0)) * elapsed_share as expected_value,
        case
            when elapsed_share > 0
                then coalesce(base_value, 0) + (actual_value - coalesce(base_value, 0)) / elapsed_share
        end as projected_value
    from timed

),

judged as (

    select
        *,
        case
            when target_direction = '不高于' then actual_value <= target_value
            else actual_value >= target_value
        end as is_met
    from paced

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(plan_year as varchar) as period,
        rollup_area_level as area_level,
        area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        'indicator' as group_type,
        indicator_code as group_id,
        indicator_name,
        unit_name,
        plan_task,
        lead_department,
        target_scope,
        target_direction,
        plan_document,
        started_date,
        due_date,
        actual_date,
        actual_source,
        actual_column,
        reporting_office,
        cast(base_value as double) as base_value,
        cast(target_value as double) as target_value,
        cast(cast(target_value as double) * {{ unit_factor('unit_name') }} as decimal(28, 6)) as target_measure_value,
        actual_value,
        numerator,
        denominator,
        {{ share('actual_value', 'target_value') }} as done_ratio,
        elapsed_share as elapsed_time_ratio,
        expected_value,
        projected_value,
        case
            when actual_value is null then 'no_actual'
            when is_met then 'met'
            when due_date <= {{ period_end(as_of_period()) }} and actual_date >= due_date then 'missed'
            when elapsed_share is null then 'open'
            when projected_value >= target_value then 'on_pace'
            else 'behind'
        end as plan_status,
        receipt_id,
        source_row
    from judged

)

select * from final
