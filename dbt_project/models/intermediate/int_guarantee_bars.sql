with

bars as (

    select * from {{ ref('guarantee_bars') }}

),

villages as (

    {{ every_village() }}

),

final as (

    {{ parameters_of_villages('bars', 'villages', columns=['bar', 'value'], per=['bar']) }}

)

select * from final
