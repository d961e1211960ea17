with

areas as (

    select * from {{ source('run', 'reference_areas') }}

),

wholes as (

    select
        region,
        county_count
    from {{ ref('prefecture_counties') }}
    where {{ period_end(as_of_period()) }} between valid_from and coalesce(valid_to, cast('9999-12-31' as date))

),

counties as (

    select
        area_code,
        parent_code,
        area_name
    from areas
    where
        area_level = 'county'
        and {{ period_end(as_of_period()) }} between valid_from and coalesce(valid_to, cast('9999-12-31' as date))

),

prefectures as (

    select distinct
        area_code,
        parent_code
    from areas
    where area_level = 'prefecture'

),

counties_above as (

    select
        parent_code as area_code,
        area_code as county_code,
        area_name as county_name
    from counties
    union all
    select
        prefectures.parent_code as area_code,
        counties.area_code as county_code,
        counties.area_name as county_name
    from counties
    inner join prefectures
        on counties.parent_code = prefectures.area_code

),

held as (

    select
        area_code,
        count(distinct county_code) as county_count,
        min(county_name) as county_name
    from counties_above
    group by area_code

),

-- An installation rarely holds every county of its prefecture: the name says whose figures these are, unless they are
-- known to be all.
final as (

    select
        areas.area_code,
        areas.parent_code,
        areas.predecessor_code,
        areas.area_level,
        case
            when held.county_count = wholes.county_count then areas.area_name
            when held.county_count = 1 then areas.area_name || '（本库1县：' || held.county_name || '）'
            when held.county_count > 1
                then areas.area_name || '（本库' || cast(held.county_count as varchar) || '县）'
            else areas.area_name
        end as area_name,
        areas.short_name,
        areas.source,
        areas.table_year,
        areas.is_assumption,
        areas.valid_from,
        areas.valid_to,
        coalesce(areas.valid_to, cast('9999-12-31' as date)) as last_day
    from areas
    left join held
        on areas.area_code = held.area_code
    left join wholes
        on areas.area_code = wholes.region

)

select * from final
