-- Who moves between two villages of one county leaves and arrives in the same month, unless a row of it was rejected.
with

transfers as (

    select * from {{ ref('fct_register_change') }}
    where
        change_type in ('转入', '转出')
        and substr(counterpart_area_code, 1, 6) = substr(area_code, 1, 6)

),

rejections as (

    select distinct period
    from {{ ref('ops_rejection') }}
    where
        is_open
        and feed = 'register_changes'

),

final as (

    select
        transfers.change_period,
        substr(transfers.area_code, 1, 6) as county,
        sum(case when transfers.change_type = '转入' then 1 else -1 end * transfers.household_count) as household_count,
        sum(case when transfers.change_type = '转入' then 1 else -1 end * transfers.person_count) as person_count
    from transfers
    where
        not exists (
            select 1
            from rejections
            where rejections.period >= transfers.change_period
        )
    group by transfers.change_period, substr(transfers.area_code, 1, 6)
    having
        sum(case when transfers.change_type = '转入' then 1 else -1 end * transfers.household_count) <> 0
        or sum(case when transfers.change_type = '转入' then 1 else -1 end * transfers.person_count) <> 0

)

select * from final
