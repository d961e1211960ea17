with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

assessments as (

    select * from {{ ref('fct_assessment') }}
    where sample_count is not null and problem_count is not null

),

bars as (

    select * from {{ ref('assessment_bars') }}

),

-- A division has the figures of the level nearest to it: the county's own line where there is one, else its villages'.
placed as (

    select
        assessments.*,
        {{ division_of('rollup_areas') }},
        dense_rank() over (
            partition by
                assessments.calendar_year,
                assessments.assessment_kind,
                assessments.measure,
                rollup_areas.rollup_area_code
            order by
                case rollup_areas.area_level
                    when 'prefecture' then 1
                    when 'county' then 2
                    when 'township' then 3
                    else 4
                end
        ) as distance
    from assessments
    inner join rollup_areas
        on
            assessments.period = rollup_areas.period
            and assessments.area_code = rollup_areas.area_code

),

summed as (

    select
        calendar_year,
        assessment_kind as group_type,
        measure as group_id,
        rollup_area_code,
        rollup_area_level,
        rollup_area_name,
        rollup_parent_code,
        max(started_date) as assessed_date,
        max(case when sampling_method = '全面' then 0 else 1 end) = 1 as is_sample,
        sum(sample_count) as sample_count,
        sum(problem_count) as problem_count
    from placed
    where distance = 1
    group by
        calendar_year,
        assessment_kind,
        measure,
        rollup_area_code,
        rollup_area_level,
        rollup_area_name,
        rollup_parent_code

),

barred as (

    select
        summed.*,
        bars.is_upper,
        bars.bar_share,
        bars.margin_share,
        bars.interval_z,
        row_number() over (
            partition by summed.calendar_year, summed.group_type, summed.group_id, summed.rollup_area_code
            order by bars.region desc, bars.valid_from desc
        ) as preference
    from summed
    left join bars
        on
            summed.group_id = bars.measure
            and {{ region_applies('bars.region', 'summed.rollup_area_code') }}
            and summed.assessed_date >= bars.valid_from
            and (summed.assessed_date <= bars.valid_to or bars.valid_to is null)

),

-- Approval counts agreeing households over households asked; the other rates count problems.
rated as (

    select
        *,
        case when is_upper is false then sample_count - problem_count else problem_count end as hit_count,
        cast(sample_count as double) as n
    from barred
    where preference = 1

),

shares as (

    select
        *,
        {{ share('hit_count', 'sample_count') }} as rate_share
    from rated

),

-- Wilson's interval; it is that of a simple random sample, whatever the strata.
intervals as (

    select
        *,
        case when is_sample and n > 0 then 1 + interval_z * interval_z / n end as spread,
        case when is_sample and n > 0 then rate_share + interval_z * interval_z / (2 * n) end as middle,
        case
            when is_sample and n > 0
                then interval_z * sqrt(rate_share * (1 - rate_share) / n + interval_z * interval_z / (4 * n * n))
        end as half_width
    from shares

),

final as (

    select
        {{ reporting_key(of=none, period='cast(calendar_year as varchar)') }},
        assessed_date,
        is_sample,
        is_upper,
        cast(sample_count as bigint) as sample_count,
        cast(problem_count as bigint) as problem_count,
        cast(hit_count as bigint) as hit_count,
        rate_share,
        -- Without a sample there is no interval; greatest() and least() would pass over the null.
        case when half_width is not null then greatest(0, (middle - half_width) / spread) end as lower_bound,
        case when half_width is not null then least(1, (middle + half_width) / spread) end as upper_bound,
        bar_share as rate_bar_share,
        margin_share as margin_bar_share,
        case when is_upper then rate_share > bar_share when not is_upper then rate_share < bar_share end as is_barred,
        case
            when is_upper then (middle + half_width) / spread <= bar_share
            when not is_upper then (middle - half_width) / spread >= bar_share
        end as is_certainly_clear
    from intervals

)

select * from final
