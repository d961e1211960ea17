-- Every accepted row of the income tables is one row of fct_income, with its money.
with

accepted as (

    select
        period,
        count(*) as row_count,
        sum(wage_income_cny + business_income_cny + property_income_cny + transfer_income_cny) as income_cny,
        sum(net_income_cny) as net_income_cny
    from {{ ref('stg_rural_revitalisation__incomes') }}
    group by period

),

facts as (

    select
        period,
        count(*) as row_count,
        sum(wage_income_cny + business_income_cny + property_income_cny + transfer_income_cny) as income_cny,
        sum(stated_net_income_cny) as net_income_cny
    from {{ ref('fct_income') }}
    group by period

),

final as (

    select
        coalesce(accepted.period, facts.period) as period,
        accepted.row_count,
        facts.row_count as fact_count
    from accepted
    full outer join facts
        on accepted.period = facts.period
    where
        accepted.row_count is distinct from facts.row_count
        or accepted.income_cny is distinct from facts.income_cny
        or accepted.net_income_cny is distinct from facts.net_income_cny

)

select * from final
