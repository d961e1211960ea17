with

checks as (

    select * from {{ ref('stg_townships__exit_checks') }}

),

criteria as (

    select * from {{ ref('exit_criteria') }}

),

checked_areas as (

    select distinct
        area_code,
        object_level,
        check_year
    from checks

),

-- The list of the smallest region that has one for this kind of object replaces those of larger regions as a whole.
applicable as (

    select
        checked_areas.area_code,
        checked_areas.object_level,
        checked_areas.check_year,
        criteria.list_name,
        criteria.item_code,
        criteria.item_name,
        criteria.item_name_en,
        criteria.operator,
        criteria.threshold,
        criteria.unit_name,
        criteria.confidence,
        dense_rank() over (
            partition by checked_areas.area_code, checked_areas.object_level, checked_areas.check_year
            order by criteria.region desc
        ) as preference
    from checked_areas
    inner join criteria
        on
            {{ region_applies('criteria.region', 'checked_areas.area_code') }}
            and checked_areas.object_level = criteria.object_level
            and cast(checked_areas.check_year || '-12-31' as date) >= criteria.valid_from
            and (
                cast(checked_areas.check_year || '-12-31' as date) <= criteria.valid_to
                or criteria.valid_to is null
            )

),

final as (

    select
        area_code,
        object_level,
        check_year,
        list_name,
        item_code,
        item_name,
        item_name_en,
        operator,
        threshold,
        unit_name,
        confidence,
        count(*) over (partition by area_code, object_level, check_year) as required_item_count
    from applicable
    where preference = 1

)

select * from final
