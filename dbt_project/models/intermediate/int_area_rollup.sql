with recursive

areas as (

    select * from {{ ref('int_areas') }}

),

months as (

    select * from {{ ref('int_months') }}

),

valid_areas as (

    select
        months.period,
        areas.area_code,
        areas.area_level,
        areas.area_name,
        areas.parent_code
    from areas
    inner join months
        on months.period_end_date between areas.valid_from and areas.last_day

),

ancestry as (

    select
        period,
        area_code,
        area_level,
        area_code as rollup_area_code,
        area_level as rollup_area_level,
        area_name as rollup_area_name,
        parent_code as rollup_parent_code
    from valid_areas
    union all
    select
        ancestry.period,
        ancestry.area_code,
        ancestry.area_level,
        valid_areas.area_code as rollup_area_code,
        valid_areas.area_level as rollup_area_level,
        valid_areas.area_name as rollup_area_name,
        valid_areas.parent_code as rollup_parent_code
    from ancestry
    inner join valid_areas
        on
            ancestry.period = valid_areas.period
            and ancestry.rollup_parent_code = valid_areas.area_code

),

final as (

    select *
    from ancestry
    where rollup_area_level in ('village', 'township', 'county', 'prefecture')

)

select * from final
