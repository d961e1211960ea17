{% set steps = 20 %}

with

people as (

    select * from {{ ref('int_income_people') }}
    where
        not is_negative
        and all_income_cny > 0

),

areas as (

    select * from {{ ref('int_income_sums') }}

),

grid as (

    {% for point in range(1, steps + 1) %}
        select {{ point }} as point_number
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The household in whose persons a point falls; between households the curve is a straight line. Whole numbers and
-- cents up to the last division, so that the order of the rows cannot show in the result.
points as (

    select
        people.income_year,
        people.rollup_area_code,
        people.group_type,
        people.group_id,
        grid.point_number,
        people.all_counted_person_count as person_count,
        people.all_income_cny as income_cny,
        {{ share(
            steps ~ ' * (people.cumulative_income_cny - people.counted_income_cny) + (grid.point_number'
            ~ ' * people.all_counted_person_count - ' ~ steps ~ ' * (people.counted_person_count - people.person_count))'
            ~ ' * people.net_income_per_head_cny',
            steps ~ ' * people.all_income_cny'
        ) }} as income_share
    from people
    inner join grid
        on
            {{ steps }} * people.counted_person_count >= grid.point_number * people.all_counted_person_count
            and {{ steps }} * (people.counted_person_count - people.person_count)
            < grid.point_number * people.all_counted_person_count

),

curves as (

    select * from points
    union all
    select distinct
        income_year,
        rollup_area_code,
        group_type,
        group_id,
        0 as point_number,
        person_count,
        income_cny,
        cast(0 as double) as income_share
    from points

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(curves.income_year as varchar) as period,
        areas.rollup_area_level as area_level,
        curves.rollup_area_code as area_id,
        areas.rollup_area_name as area_name,
        areas.rollup_parent_code as parent_area_id,
        curves.group_type,
        curves.group_id,
        lpad(cast(curves.point_number as varchar), 2, '0') as point_id,
        cast(curves.point_number as integer) as point_number,
        cast(curves.person_count as bigint) as person_count,
        cast(curves.income_cny as decimal(18, 2)) as income_cny,
        {{ share('curves.point_number * curves.person_count', steps) }} as cumulative_persons,
        cast(curves.income_share * cast(curves.income_cny as double) as decimal(18, 2)) as cumulative_income_cny,
        {{ share('curves.point_number', steps) }} as person_share,
        curves.income_share
    from curves
    inner join areas
        on
            curves.income_year = areas.income_year
            and curves.rollup_area_code = areas.rollup_area_code
            and curves.group_type = areas.group_type
            and curves.group_id = areas.group_id

)

select * from final
