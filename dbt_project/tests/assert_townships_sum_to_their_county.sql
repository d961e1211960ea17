-- Households, persons and money of a county are those of its townships. For money that needs a row for the county's own
-- units; an office's table without one leaves such money with the county alone, and the comparison out.
with

county_money as (

    select distinct area_code as county_id
    from {{ ref('fct_fund_movement') }}

),

measures as (

    select
        'listed households' as measure,
        period,
        area_level,
        case when area_level = 'township' then parent_area_id else area_id end as county_id,
        cast(listed_household_count as decimal(38, 2)) as amount
    from {{ ref('kpi_exit_area_year') }}
    union all
    select
        'exited persons' as measure,
        period,
        area_level,
        case when area_level = 'township' then parent_area_id else area_id end as county_id,
        cast(exited_person_count as decimal(38, 2)) as amount
    from {{ ref('kpi_exit_area_year') }}
    union all
    select
        'closing persons ' || group_id as measure,
        period,
        area_level,
        case when area_level = 'township' then parent_area_id else area_id end as county_id,
        cast(closing_person_count as decimal(38, 2)) as amount
    from {{ ref('kpi_register_bridge_area_month') }}
    union all
    select
        'paid to final payees ' || fund_scope as measure,
        period,
        area_level,
        case when area_level = 'township' then parent_area_id else area_id end as county_id,
        cast(paid_final_cny as decimal(38, 2)) as amount
    from {{ ref('kpi_fund_area_month') }}
    where group_type = 'all'

),

final as (

    select
        measures.measure,
        measures.period,
        measures.county_id,
        sum(case when measures.area_level = 'county' then measures.amount end) as county_amount,
        sum(case when measures.area_level = 'township' then measures.amount end) as township_amount
    from measures
    left join county_money
        on
            measures.county_id = county_money.county_id
            and measures.measure like 'paid%'
    where
        measures.area_level in ('county', 'township')
        and county_money.county_id is null
    group by measures.measure, measures.period, measures.county_id
    having
        sum(case when measures.area_level = 'county' then measures.amount end)
        <> sum(case when measures.area_level = 'township' then measures.amount end)

)

select * from final
