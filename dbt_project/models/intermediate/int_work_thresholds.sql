with

thresholds as (

    select * from {{ ref('work_thresholds') }}

),

villages as (

    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level = 'village'

),

-- The parameters of the smallest region that has some.
ranked as (

    select
        villages.period,
        villages.area_code,
        thresholds.working_age_min,
        thresholds.young_age_max,
        thresholds.prime_age_max,
        thresholds.elder_age_max,
        thresholds.wage_min_cny,
        thresholds.wage_max_cny,
        thresholds.stable_month_count,
        row_number() over (
            partition by villages.period, villages.area_code
            order by thresholds.region desc, thresholds.valid_from desc
        ) as preference
    from villages
    inner join thresholds
        on
            {{ region_applies('thresholds.region', 'villages.area_code') }}
            and {{ period_end('villages.period') }} >= thresholds.valid_from
            and ({{ period_end('villages.period') }} <= thresholds.valid_to or thresholds.valid_to is null)

),

final as (

    select
        period,
        area_code,
        working_age_min,
        young_age_max,
        prime_age_max,
        elder_age_max,
        wage_min_cny,
        wage_max_cny,
        stable_month_count
    from ranked
    where preference = 1

)

select * from final
