{% set flags = [
    ('outstanding', 'is_outstanding'), ('due_soon', 'is_due_soon'), ('overdue', 'is_overdue'),
    ('extended', 'is_extended'), ('renewal', 'is_renewal'), ('no_use', 'is_without_use'),
    ('passed_on', 'is_passed_on'), ('no_industry', 'is_without_industry'),
] %}
{% set sums = [
    'granted_cny', 'outstanding_cny', 'due_soon_cny', 'overdue_cny', 'interest_subsidy_cny', 'risk_compensation_cny',
] %}

with

loans as (

    select * from {{ ref('fct_small_loan') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

ledgers as (

    select period
    from {{ ref('int_feed_periods') }}
    where feed = 'small_loans'

),

industry_ledgers as (

    select min(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'industry_participation'

),

-- What is left of the risk fund: the newest balance of each bank.
risk_balances as (

    select
        ledgers.period,
        movements.bank_name,
        movements.balance_cny,
        row_number() over (
            partition by ledgers.period, movements.bank_name
            order by movements.movement_date desc, movements.period desc, movements.movement_number desc
        ) as recency
    from ledgers
    inner join {{ ref('stg_banks__risk_movements') }} as movements
        on ledgers.period >= movements.period

),

risk_funds as (

    select
        period,
        sum(balance_cny) as risk_fund_cny
    from risk_balances
    where recency = 1
    group by period

),

counties as (

    select
        period,
        count(distinct rollup_area_code) as county_count
    from rollup_areas
    where rollup_area_level = 'county'
    group by period

),

cells as (

    {% for type, column in [('all', "'all'"), ('bank', 'loans.bank_name'), ('use_mode', 'loans.use_mode')] %}
        select
            loans.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ column }} as group_id,
            count(*) as granted_loan_count,
            count(distinct loans.household_key) as borrower_household_count,
            {% for name, flag in flags %}
                sum(case when loans.{{ flag }} then 1 else 0 end) as {{ name }}_loan_count,
                count(distinct case when loans.{{ flag }} then loans.household_key end) as {{ name }}_household_count,
            {% endfor %}
            sum(case when loans.is_status_contradicted then 1 else 0 end) as contradicted_loan_count,
            sum(loans.loan_cny) as granted_cny,
            sum(loans.balance_cny) as outstanding_cny,
            sum(case when loans.is_due_soon then loans.balance_cny else 0 end) as due_soon_cny,
            sum(case when loans.is_overdue then loans.balance_cny else 0 end) as overdue_cny,
            coalesce(sum(loans.interest_subsidy_cny), 0) as interest_subsidy_cny,
            coalesce(sum(loans.risk_compensation_cny), 0) as risk_compensation_cny
        from loans
        inner join rollup_areas
            on
                loans.period = rollup_areas.period
                and loans.area_code = rollup_areas.area_code
        group by loans.period, rollup_areas.rollup_area_code{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        ledgers.period,
        industry_ledgers.period is not null and ledgers.period >= industry_ledgers.period as has_industry,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from ledgers
    inner join rollup_areas
        on {{ every_division('ledgers.period') }}
    cross join groups
    cross join industry_ledgers

),

final as (

    select
        {{ reporting_key() }},
        cast(coalesce(cells.granted_loan_count, 0) as bigint) as granted_loan_count,
        cast(coalesce(cells.borrower_household_count, 0) as bigint) as borrower_household_count,
        {% for name, _ in flags if name != 'no_industry' %}
            cast(coalesce(cells.{{ name }}_loan_count, 0) as bigint) as {{ name }}_loan_count,
            cast(coalesce(cells.{{ name }}_household_count, 0) as bigint) as {{ name }}_household_count,
        {% endfor %}
        cast(case when universe.has_industry then coalesce(cells.no_industry_household_count, 0) end as bigint)
            as no_industry_household_count,
        cast(coalesce(cells.contradicted_loan_count, 0) as bigint) as contradicted_loan_count,
        {% for name in sums %}
            cast(coalesce(cells.{{ name }}, 0) as decimal(18, 2)) as {{ name }},
        {% endfor %}
        cast(
            case
                when
                    universe.group_type = 'all'
                    and universe.rollup_area_level in ('county', 'prefecture')
                    and counties.county_count = 1
                    then risk_funds.risk_fund_cny
            end as decimal(18, 2)
        ) as risk_fund_cny,
        {{ share('cells.overdue_cny', 'cells.outstanding_cny') }} as overdue_share
    from universe
    left join cells
        on {{ of_the_same_division('cells') }}
    left join counties
        on universe.period = counties.period
    left join risk_funds
        on universe.period = risk_funds.period

)

select * from final
