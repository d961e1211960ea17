-- The areas of the highest level together hold every monitored person and worker of each month, every course of the
-- training ledgers whose person is in the register, and nobody moves between areas that all lie below them.
with

employment as (

    select
        period,
        count(*) as person_count,
        sum(case when is_working then 1 else 0 end) as worker_count
    from {{ ref('fct_employment_month') }}
    group by period

),

courses as (

    select
        periods.period,
        count(courses.person_key) as course_count
    from (
        select distinct period
        from {{ ref('int_feed_periods') }}
        where feed = 'training'
    ) as periods
    left join {{ ref('fct_training') }} as courses
        on
            periods.period >= courses.period
            and courses.is_in_register
    group by periods.period

),

rolled as (

    select
        period,
        sum(monitored_person_count) as person_count,
        sum(working_person_count) as worker_count,
        sum(moved_worker_count) as moved_count,
        sum(cumulative_training_person_time_count) as course_count
    from {{ ref('kpi_employment_area_month') }}
    where
        area_level = {{ top_level() }}
        and group_type = 'all'
    group by period

),

final as (

    select
        rolled.period,
        employment.person_count as monitored_person_count,
        rolled.person_count,
        employment.worker_count as monitored_worker_count,
        rolled.worker_count,
        rolled.moved_count,
        courses.course_count as ledger_course_count,
        rolled.course_count
    from rolled
    left join employment
        on rolled.period = employment.period
    left join courses
        on rolled.period = courses.period
    where
        coalesce(rolled.person_count, 0) <> coalesce(employment.person_count, 0)
        or coalesce(rolled.worker_count, 0) <> coalesce(employment.worker_count, 0)
        or coalesce(rolled.course_count, 0) <> coalesce(courses.course_count, 0)
        or rolled.moved_count <> 0

)

select * from final
