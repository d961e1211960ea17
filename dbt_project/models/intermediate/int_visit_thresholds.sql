with

thresholds as (

    select * from {{ ref('visit_thresholds') }}

),

villages as (

    {{ every_village() }}

),

final as (

    {{ parameters_of_villages(
        'thresholds',
        'villages',
        columns=[
            'earliest_hour',
            'latest_hour',
            'upload_max_days',
            'speed_max_kmh',
            'day_visit_max_count',
            'household_max_count',
            'west_degrees',
            'east_degrees',
            'south_degrees',
            'north_degrees'
        ]
    ) }}

)

select * from final
