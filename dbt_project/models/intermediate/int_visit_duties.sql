with

duties as (

    select * from {{ ref('visit_duties') }}

),

villages as (

    {{ every_village() }}

),

final as (

    {{ parameters_of_villages(
        'duties',
        'villages',
        columns=['unit_level', 'duty_cycle', 'duty_visit_count'],
        per=['unit_level']
    ) }}

)

select * from final
