with

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

final as (

    select
        persons.period,
        rollup_areas.rollup_area_code as area_id,
        count(*) as public_post_count,
        sum(case when persons.public_post_type = '保洁员' then 1 else 0 end) as cleaner_post_count,
        sum(case when persons.public_post_type = '护林员' then 1 else 0 end) as ranger_post_count,
        sum(case when persons.public_post_type in ('保洁员', '护林员') then 0 else 1 end) as other_post_count
    from persons
    inner join rollup_areas
        on
            persons.period = rollup_areas.period
            and persons.area_code = rollup_areas.area_code
    where
        persons.is_listed
        and persons.public_post_type is not null
    group by persons.period, rollup_areas.rollup_area_code

)

select * from final
