with

bars as (

    select * from {{ ref('guarantee_bars') }}

),

villages as (

    select distinct
        period,
        area_code
    from {{ ref('int_area_rollup') }}
    where area_level = 'village'

),

final as (

    {{ parameters_of_villages('bars', 'villages', columns=['bar', 'value'], per=['bar']) }}

)

select * from final
