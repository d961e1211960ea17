with

areas as (

    select * from {{ ref('int_areas') }}

),

designations as (

    select * from {{ ref('int_area_designations') }}

),

latest_designations as (

    select
        *,
        row_number() over (partition by area_code order by table_year desc) as recency
    from designations

),

with_ancestors as (

    select
        areas.*,
        case
            when areas.area_level = 'township' then areas.area_code
            when parents.area_level = 'township' then parents.area_code
        end as township_code,
        case
            when areas.area_level = 'county' then areas.area_code
            when parents.area_level = 'county' then parents.area_code
            when grandparents.area_level = 'county' then grandparents.area_code
        end as county_code,
        case
            when areas.area_level = 'prefecture' then areas.area_code
            when parents.area_level = 'prefecture' then parents.area_code
            when grandparents.area_level = 'prefecture' then grandparents.area_code
            when great_grandparents.area_level = 'prefecture' then great_grandparents.area_code
        end as prefecture_code
    from areas
    left join areas as parents
        on
            areas.parent_code = parents.area_code
            and areas.last_day between parents.valid_from and parents.last_day
    left join areas as grandparents
        on
            parents.parent_code = grandparents.area_code
            and areas.last_day between grandparents.valid_from and grandparents.last_day
    left join areas as great_grandparents
        on
            grandparents.parent_code = great_grandparents.area_code
            and areas.last_day between great_grandparents.valid_from and great_grandparents.last_day

),

final as (

    select
        with_ancestors.area_code,
        with_ancestors.parent_code,
        with_ancestors.township_code,
        with_ancestors.county_code,
        with_ancestors.prefecture_code,
        with_ancestors.predecessor_code,
        with_ancestors.area_level,
        with_ancestors.area_name,
        with_ancestors.short_name,
        latest_designations.poverty_designation,
        with_ancestors.source,
        cast(with_ancestors.table_year as integer) as table_year,
        cast(latest_designations.exit_year as integer) as exit_year,
        latest_designations.is_poverty_designated,
        with_ancestors.is_assumption,
        with_ancestors.valid_from,
        with_ancestors.valid_to
    from with_ancestors
    left join latest_designations
        on
            with_ancestors.area_code = latest_designations.area_code
            and latest_designations.recency = 1

)

select * from final
