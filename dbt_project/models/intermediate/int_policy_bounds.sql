with

entitlements as (

    select * from {{ ref('policy_entitlements') }}

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
        'entitlements',
        'villages',
        columns=[
            'policy_name',
            'grade_max',
            'is_exclusive'
        ],
        per=['policy_name']
    ) }}

)

select * from final
