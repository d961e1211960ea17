with

minimums as (

    select * from {{ ref('housing_minimums') }}

),

villages as (

    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level = 'village'

),

-- The minimum of the smallest region that has one.
ranked as (

    select
        villages.period,
        villages.area_code,
        minimums.one_person_m2,
        minimums.two_person_m2,
        minimums.three_person_m2,
        minimums.per_head_m2,
        row_number() over (
            partition by villages.period, villages.area_code
            order by minimums.region desc, minimums.valid_from desc
        ) as preference
    from villages
    inner join minimums
        on
            {{ region_applies('minimums.region', 'villages.area_code') }}
            and {{ period_end('villages.period') }} >= minimums.valid_from
            and ({{ period_end('villages.period') }} <= minimums.valid_to or minimums.valid_to is null)

),

final as (

    select
        period,
        area_code,
        one_person_m2,
        two_person_m2,
        three_person_m2,
        per_head_m2
    from ranked
    where preference = 1

)

select * from final
