-- Every accepted house stands in the facts, and the areas of the highest level hold every house and every yuan of the
-- last ledger of each year.
with

houses as (

    select
        period,
        count(*) as house_count,
        coalesce(sum(subsidy_cny), 0) as subsidy_cny
    from {{ ref('stg_housing__houses') }}
    group by period

),

facts as (

    select
        period,
        count(*) as house_count,
        max(case when is_year_end then 1 else 0 end) as is_year_end
    from {{ ref('fct_dwelling') }}
    group by period

),

renovations as (

    select
        period,
        sum(subsidy_cny) as subsidy_cny
    from {{ ref('fct_renovation') }}
    group by period

),

rolled as (

    select
        ledger_period,
        group_type,
        sum(graded_house_count) as house_count,
        sum(subsidy_cny) as subsidy_cny
    from {{ ref('kpi_housing_area_year') }}
    where
        area_level = {{ top_level() }}
        and group_type in ('all', 'target_group', 'grade')
    group by ledger_period, group_type

),

final as (

    select
        houses.period,
        'facts' as lost_in
    from houses
    left join facts
        on houses.period = facts.period
    left join renovations
        on houses.period = renovations.period
    where
        houses.house_count <> coalesce(facts.house_count, 0)
        or houses.subsidy_cny <> coalesce(renovations.subsidy_cny, 0)
    union all
    select
        houses.period,
        coalesce(rolled.group_type, 'figures') as lost_in
    from houses
    inner join facts
        on houses.period = facts.period
    left join rolled
        on houses.period = rolled.ledger_period
    where
        facts.is_year_end = 1
        and (
            houses.house_count <> coalesce(rolled.house_count, 0)
            or houses.subsidy_cny <> coalesce(rolled.subsidy_cny, 0)
        )

)

select * from final
