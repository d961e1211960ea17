with

assessments as (

    select * from {{ ref('stg_inspection__assessments') }}

),

numbered as (

    select
        *,
        case assessment_kind
            when '退出申请' then 1
            when '市级初审' then 2
            when '专项评估' then 3
            when '退出公示' then 4
            when '批准退出' then 5
        end as exit_step
    from assessments

),

-- The five steps of a county's exit, each with the days since the end of the step before.
steps as (

    select
        area_code,
        exit_step,
        min(started_date) as started_date,
        max(coalesce(ended_date, started_date)) as ended_date
    from numbered
    where exit_step is not null
    group by area_code, exit_step

),

spaced as (

    select
        *,
        {{ days_between(
            'lag(ended_date) over (partition by area_code order by exit_step)', 'started_date'
        ) }} as days_since_step_before
    from steps

),

final as (

    select
        numbered.period,
        cast(substr(numbered.period, 1, 4) as integer) as calendar_year,
        numbered.area_code,
        numbered.assessment_name,
        numbered.assessment_kind,
        numbered.organiser_level,
        numbered.assessor,
        numbered.object_name,
        numbered.measure,
        numbered.sampling_method,
        numbered.result_text,
        cast(numbered.exit_step as integer) as exit_step,
        cast(spaced.days_since_step_before as bigint) as days_since_step_before,
        cast(numbered.sample_count as bigint) as sample_count,
        cast(numbered.problem_count as bigint) as problem_count,
        numbered.started_date,
        numbered.ended_date,
        numbered.receipt_id,
        numbered.source_sheet,
        numbered.source_row
    from numbered
    left join spaced
        on
            numbered.area_code = spaced.area_code
            and numbered.exit_step = spaced.exit_step

)

select * from final
