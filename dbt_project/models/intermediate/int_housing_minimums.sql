with

minimums as (

    select * from {{ ref('housing_minimums') }}

),

villages as (

    {{ every_village() }}

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
