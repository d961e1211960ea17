with

thresholds as (

    select * from {{ ref('lead_thresholds') }}

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
