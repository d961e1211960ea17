with

thresholds as (

    select * from {{ ref('work_thresholds') }}

),

villages as (

    {{ every_village() }}

),

final as (

    {{ parameters_of_villages(
        'thresholds',
        'villages',
        columns=[
            'working_age_min',
            'young_age_max',
            'prime_age_max',
            'elder_age_max',
            'wage_min_cny',
            'wage_max_cny',
            'stable_month_count'
        ]
    ) }}

)

select * from final
