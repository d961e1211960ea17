with

deliveries as (

    select * from {{ source('run', 'ops_deliveries') }}

),

final as (

    select distinct
        feed,
        period
    from deliveries
    where
        is_current
        and verdict in ('accepted', 'accepted_with_rejects')
        and period <= {{ as_of_period() }}

)

select * from final
