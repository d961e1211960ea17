with

entitlements as (

    select * from {{ ref('policy_entitlements') }}

),

told_periods as (

    select distinct period
    from {{ ref('int_policy_periods') }}

),

villages as (

    select distinct
        rollup_areas.period,
        rollup_areas.area_code
    from {{ ref('int_area_rollup') }} as rollup_areas
    inner join told_periods
        on rollup_areas.period = told_periods.period
    where rollup_areas.area_level = 'village'

),

final as (

    {{ parameters_of_villages(
        'entitlements',
        'villages',
        columns=[
            'policy_name',
            'grade_max',
            'age_min',
            'age_max',
            'register_scope',
            'is_exclusive'
        ],
        per=['policy_name']
    ) }}

)

select * from final
