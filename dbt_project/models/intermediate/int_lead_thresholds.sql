with

thresholds as (

    select * from {{ ref('lead_thresholds') }}

),

villages as (

    {{ every_village() }}

),

final as (

    {{ parameters_of_villages(
        'thresholds',
        'villages',
        columns=[
            'lead_kind',
            'item',
            'price_min_cny'
        ],
        per=['lead_kind', 'item']
    ) }}

)

select * from final
