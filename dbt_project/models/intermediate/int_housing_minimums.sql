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

final as (

    {{ parameters_of_villages(
        'minimums',
        'villages',
        columns=[
            'one_person_m2',
            'two_person_m2',
            'three_person_m2',
            'per_head_m2'
        ]
    ) }}

)

select * from final
