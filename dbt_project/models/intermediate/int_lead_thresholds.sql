with

thresholds as (

    select * from {{ ref('lead_thresholds') }}

),

villages as (

    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level = 'village'

),

-- Per kind and item the threshold of the smallest region that has one.
ranked as (

    select
        villages.period,
        villages.area_code,
        thresholds.lead_kind,
        thresholds.item,
        thresholds.price_min_cny,
        row_number() over (
            partition by villages.period, villages.area_code, thresholds.lead_kind, thresholds.item
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
        lead_kind,
        item,
        price_min_cny
    from ranked
    where preference = 1

)

select * from final
