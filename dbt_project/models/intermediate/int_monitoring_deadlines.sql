-- One row per place and month with the limits of all steps: the steps in columns, so that a case needs one join.
{% set steps = ['check', 'notice', 'recognition', 'measure', 'elimination', 'long_open', 'same_lead', 'conversion'] %}

with

deadlines as (

    select * from {{ ref('monitoring_deadlines') }}

),

places as (

    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level in ('village', 'township', 'county')

),

applying as (

    {{ parameters_of_villages(
        'deadlines',
        'places',
        columns=['step', 'limit_value'],
        per=['step']
    ) }}

),

final as (

    select
        period,
        area_code,
    {% for step in steps %}
        max(case when step = '{{ step }}' then limit_value end)
            as {{ step }}_{{ 'day' if step in ('check', 'notice', 'recognition', 'same_lead') else 'month' }}_limit
        {{- "," if not loop.last }}
    {% endfor %}
    from applying
    group by period, area_code

)

select * from final
