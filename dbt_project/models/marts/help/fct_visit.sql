{# Kilometres between two places given in degrees, on a sphere of 6,371 km (haversine). #}
{% set kilometres = (
    '2 * 6371 * asin(sqrt(pow(sin(radians(latitude - last_latitude) / 2), 2)'
    ~ ' + cos(radians(latitude)) * cos(radians(last_latitude))'
    ~ ' * pow(sin(radians(longitude - last_longitude) / 2), 2)))'
) %}

with

phone_visits as (

    select * from {{ ref('stg_rural_revitalisation__phone_visits') }}

),

ledger_visits as (

    select * from {{ ref('stg_rural_revitalisation__visits') }}

),

households as (

    select * from {{ ref('int_household_snapshots') }}

),

thresholds as (

    select * from {{ ref('int_visit_thresholds') }}

),

-- What a visit has in common with others can only be seen with all of them side by side.
side_by_side as (

    select
        *,
        count(*) over (partition by cadre_key, cast(visited_at as date)) as day_visit_count,
        lag(visited_at) over (partition by cadre_key order by visited_at, visit_id) as last_visited_at,
        lag(longitude) over (partition by cadre_key order by visited_at, visit_id) as last_longitude,
        lag(latitude) over (partition by cadre_key order by visited_at, visit_id) as last_latitude,
        case when photo_hash is not null then count(*) over (partition by photo_hash) end as photo_visit_count
    from phone_visits

),

visits as (

    select
        'phone' as visit_source,
        visit_id,
        household_key,
        cadre_key,
        cast(visited_at as date) as visited_date,
        extract(hour from visited_at) as visit_hour,
        {{ days_between('cast(visited_at as date)', 'cast(uploaded_at as date)') }} as upload_days,
        uploaded_at < visited_at as is_uploaded_before,
        longitude,
        latitude,
        {{ kilometres }} as distance_km,
        epoch(visited_at) - epoch(last_visited_at) as gap_seconds,
        cast(visited_at as date) = cast(last_visited_at as date) as is_same_day,
        day_visit_count,
        photo_visit_count,
        problem_kind,
        closed_date,
        period as file_period,
        receipt_id,
        source_sheet,
        source_row
    from side_by_side
    union all
    select
        'ledger' as visit_source,
        receipt_id || ':' || cast(source_row as varchar) as visit_id,
        household_key,
        cadre_key,
        visited_date,
        null as visit_hour,
        null as upload_days,
        null as is_uploaded_before,
        null as longitude,
        null as latitude,
        null as distance_km,
        null as gap_seconds,
        null as is_same_day,
        count(*) over (partition by cadre_key, visited_date) as day_visit_count,
        null as photo_visit_count,
        case when problem is not null then '其他' end as problem_kind,
        closed_date,
        period as file_period,
        receipt_id,
        source_sheet,
        source_row
    from ledger_visits

),

placed as (

    select
        visits.*,
        {{ month_of('visits.visited_date') }} as period,
        households.area_code
    from visits
    -- A household is looked for in the register of the month of the visit.
    left join households
        on
            visits.household_key = households.household_key
            and {{ month_of('visits.visited_date') }} = households.period

),

judged as (

    select
        placed.*,
        coalesce(
            placed.visit_hour < thresholds.earliest_hour or placed.visit_hour >= thresholds.latest_hour, false
        ) as is_odd_hour,
        coalesce(placed.upload_days > thresholds.upload_max_days or placed.is_uploaded_before, false) as is_odd_upload,
        coalesce(
            placed.longitude not between thresholds.west_degrees and thresholds.east_degrees
            or placed.latitude not between thresholds.south_degrees and thresholds.north_degrees, false
        ) as is_odd_place,
        coalesce(
            placed.is_same_day
            and placed.distance_km * 3600 > thresholds.speed_max_kmh * placed.gap_seconds, false
        ) as is_too_fast,
        coalesce(placed.photo_visit_count > 1, false) as is_shared_photo,
        coalesce(placed.day_visit_count > thresholds.day_visit_max_count, false) as is_crowded_day
    from placed
    left join thresholds
        on
            placed.area_code = thresholds.area_code
            and placed.period = thresholds.period

),

final as (

    select
        visit_source,
        visit_id,
        period,
        household_key,
        cadre_key,
        area_code,
        visited_date,
        problem_kind,
        closed_date,
        cast(day_visit_count as bigint) as day_visit_count,
        cast(upload_days as bigint) as upload_days,
        area_code is not null as is_listed_household,
        is_odd_hour,
        is_odd_upload,
        is_odd_place,
        is_too_fast,
        is_shared_photo,
        is_crowded_day,
        is_odd_hour or is_odd_upload or is_odd_place or is_too_fast or is_shared_photo or is_crowded_day
            as is_implausible,
        receipt_id,
        source_sheet,
        source_row
    from judged
    where period <= {{ as_of_period() }}

)

select * from final
