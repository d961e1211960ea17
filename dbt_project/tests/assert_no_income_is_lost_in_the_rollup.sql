-- The areas of the highest level together hold every household, person and yuan of those on the register; incomes with
-- nothing to compare fail too.
with

incomes as (

    select
        cast(income_year as varchar) as period,
        count(*) as household_count,
        sum(person_count) as person_count,
        sum(net_income_cny) as net_income_cny
    from {{ ref('fct_income') }}
    where is_in_register
    group by income_year

),

yearly as (

    select
        period,
        sum(household_count) as household_count,
        sum(person_count) as person_count,
        sum(net_income_cny) as net_income_cny
    from {{ ref('kpi_income_area_year') }}
    where
        area_level = {{ top_level() }}
        and group_type = 'all'
    group by period

),

final as (

    select
        coalesce(yearly.period, incomes.period) as period,
        yearly.household_count,
        incomes.household_count as income_household_count,
        yearly.net_income_cny,
        incomes.net_income_cny as income_net_income_cny
    from yearly
    full outer join incomes
        on yearly.period = incomes.period
    where
        coalesce(yearly.household_count, 0) <> coalesce(incomes.household_count, 0)
        or coalesce(yearly.person_count, 0) <> coalesce(incomes.person_count, 0)
        or coalesce(yearly.net_income_cny, 0) <> coalesce(incomes.net_income_cny, 0)

)

select * from final
