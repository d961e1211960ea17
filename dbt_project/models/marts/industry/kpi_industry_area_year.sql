{% set households = [
    'participating_household_count', 'participating_person_count', 'linked_household_count', 'linked_person_count',
    'participation_count', 'annual_return_cny', 'net_income_cny', 'reward_cny',
] %}
{% set rewards = [
    'reward_due_household_count', 'rewarded_household_count', 'reward_missing_household_count',
    'reward_excess_household_count', 'reward_due_cny',
] %}
{% set operators = [
    'operator_count', 'operating_operator_count', 'member_count', 'reported_linked_household_count',
    'operator_worker_count',
] %}
{% set sales = ['product_count', 'supplier_count', 'sales_person_count', 'recognised_value_cny', 'sales_cny'] %}

with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

participations as (

    select * from {{ ref('fct_industry_participation') }}

),

industry_households as (

    select * from {{ ref('fct_industry_household') }}

),

year_operators as (

    select * from {{ ref('fct_operator') }}
    where is_last_of_year

),

product_sales as (

    select * from {{ ref('stg_commerce__product_sales') }}

),

registers as (

    select * from {{ ref('int_income_registers') }}

),

-- What had arrived of a year decides between null and 0; places are those of its newest file.
years as (

    select
        cast(substr(period, 1, 4) as integer) as calendar_year,
        max(period) as period,
        max(case when feed = 'industry_participation' then 1 else 0 end) = 1 as has_participation,
        max(case when feed = 'operators' then 1 else 0 end) = 1 as has_operators,
        max(case when feed = 'product_sales' then 1 else 0 end) = 1 as has_sales
    from {{ ref('int_feed_periods') }}
    where feed in ('industry_participation', 'operators', 'product_sales')
    group by substr(period, 1, 4)

),

-- A household counts once in each group, however many lines it has there.
grouped_households as (

    {% for type, column in [('all', "'all'"), ('operator_class', 'operator_class'), ('industry', 'industry_kind')] %}
        select
            calendar_year,
            household_key,
            area_code,
            '{{ type }}' as group_type,
            {{ column }} as group_id,
            coalesce(max(person_count), 0) as person_count,
            max(case when is_linked then 1 else 0 end) as linked,
            count(*) as participation_count,
            sum(annual_return_cny) as annual_return_cny,
            sum(net_income_cny) as net_income_cny,
            sum(reward_cny) as reward_cny
        from participations
        where coalesce(is_in_register, true)
        group by calendar_year, household_key, area_code{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

household_cells as (

    select
        grouped_households.calendar_year,
        rollup_areas.rollup_area_code as area_id,
        grouped_households.group_type,
        grouped_households.group_id,
        count(*) as participating_household_count,
        sum(grouped_households.person_count) as participating_person_count,
        sum(grouped_households.linked) as linked_household_count,
        sum(grouped_households.linked * grouped_households.person_count) as linked_person_count,
        sum(grouped_households.participation_count) as participation_count,
        sum(grouped_households.annual_return_cny) as annual_return_cny,
        sum(grouped_households.net_income_cny) as net_income_cny,
        sum(grouped_households.reward_cny) as reward_cny
    from grouped_households
    inner join years
        on grouped_households.calendar_year = years.calendar_year
    inner join rollup_areas
        on
            years.period = rollup_areas.period
            and grouped_households.area_code = rollup_areas.area_code
    group by
        grouped_households.calendar_year,
        rollup_areas.rollup_area_code,
        grouped_households.group_type,
        grouped_households.group_id

),

reward_cells as (

    select
        industry_households.calendar_year,
        rollup_areas.rollup_area_code as area_id,
        count(industry_households.reward_due_cny) as judged_household_count,
        sum(case when industry_households.reward_due_cny > 0 then 1 else 0 end) as reward_due_household_count,
        sum(case when industry_households.reward_cny > 0 then 1 else 0 end) as rewarded_household_count,
        sum(case when industry_households.is_reward_missing then 1 else 0 end) as reward_missing_household_count,
        sum(case when industry_households.is_reward_excess then 1 else 0 end) as reward_excess_household_count,
        sum(industry_households.reward_due_cny) as reward_due_cny
    from industry_households
    inner join years
        on industry_households.calendar_year = years.calendar_year
    inner join rollup_areas
        on
            years.period = rollup_areas.period
            and industry_households.area_code = rollup_areas.area_code
    where coalesce(industry_households.is_in_register, true)
    group by industry_households.calendar_year, rollup_areas.rollup_area_code

),

operator_cells as (

    {% for type, column in [('all', "'all'"), ('operator_class', 'year_operators.operator_class')] %}
        select
            year_operators.calendar_year,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ column }} as group_id,
            count(*) as operator_count,
            sum(case when year_operators.is_operating then 1 else 0 end) as operating_operator_count,
            coalesce(sum(year_operators.member_count), 0) as member_count,
            coalesce(sum(year_operators.reported_linked_household_count), 0) as reported_linked_household_count,
            coalesce(sum(year_operators.worker_count), 0) as operator_worker_count
        from year_operators
        inner join years
            on year_operators.calendar_year = years.calendar_year
        inner join rollup_areas
            on
                years.period = rollup_areas.period
                and year_operators.area_code = rollup_areas.area_code
        group by year_operators.calendar_year, rollup_areas.rollup_area_code{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- A product's value and people stand on each of its lines: they count once.
grouped_products as (

    {% for type, column in [('all', "'all'"), ('sales_channel', 'sales_channel')] %}
        select
            cast(substr(period, 1, 4) as integer) as calendar_year,
            area_code,
            product_number,
            '{{ type }}' as group_type,
            {{ column }} as group_id,
            max(supplier_name) as supplier_name,
            max(linked_person_count) as linked_person_count,
            max(recognised_value_cny) as recognised_value_cny,
            sum(sales_cny) as sales_cny
        from product_sales
        group by substr(period, 1, 4), area_code, product_number{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

sale_cells as (

    select
        grouped_products.calendar_year,
        rollup_areas.rollup_area_code as area_id,
        grouped_products.group_type,
        grouped_products.group_id,
        count(distinct grouped_products.product_number) as product_count,
        count(distinct grouped_products.supplier_name) as supplier_count,
        coalesce(sum(grouped_products.linked_person_count), 0) as sales_person_count,
        coalesce(sum(grouped_products.recognised_value_cny), 0) as recognised_value_cny,
        sum(grouped_products.sales_cny) as sales_cny
    from grouped_products
    inner join years
        on grouped_products.calendar_year = years.calendar_year
    inner join rollup_areas
        on
            years.period = rollup_areas.period
            and grouped_products.area_code = rollup_areas.area_code
    group by
        grouped_products.calendar_year,
        rollup_areas.rollup_area_code,
        grouped_products.group_type,
        grouped_products.group_id

),

listed as (

    select
        registers.income_year as calendar_year,
        rollup_areas.rollup_area_code as area_id,
        count(*) as listed_household_count
    from registers
    inner join rollup_areas
        on
            registers.period = rollup_areas.period
            and registers.area_code = rollup_areas.area_code
    group by registers.income_year, rollup_areas.rollup_area_code

),

register_years as (

    select distinct income_year as calendar_year
    from registers

),

groups as (

    {% for cells in ['household_cells', 'operator_cells', 'sale_cells'] %}
        select distinct
            group_type,
            group_id
        from {{ cells }}
        union
    {% endfor %}
    select
        'all' as group_type,
        'all' as group_id

),

universe as (

    select distinct
        years.*,
        register_years.calendar_year is not null as has_register,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from years
    inner join rollup_areas
        on {{ every_division('years.period') }}
    cross join groups
    left join register_years
        on years.calendar_year = register_years.calendar_year

),

measured as (

    select
        universe.*,
        {% for name in households %}
            case
                when universe.has_participation and universe.group_type <> 'sales_channel'
                    then coalesce(household_cells.{{ name }}, 0)
            end as {{ name }},
        {% endfor %}
        {% for name in rewards %}
            case
                when
                    universe.has_participation
                    and universe.group_type = 'all'
                    and (reward_cells.judged_household_count > 0 or reward_cells.judged_household_count is null)
                    then coalesce(reward_cells.{{ name }}, 0)
            end as {{ name }},
        {% endfor %}
        {% for name in operators %}
            case
                when universe.has_operators and universe.group_type in ('all', 'operator_class')
                    then coalesce(operator_cells.{{ name }}, 0)
            end as {{ name }},
        {% endfor %}
        {% for name in sales %}
            case
                when universe.has_sales and universe.group_type in ('all', 'sales_channel')
                    then coalesce(sale_cells.{{ name }}, 0)
            end as {{ name }},
        {% endfor %}
        case
            when universe.has_register and universe.group_type = 'all' then coalesce(listed.listed_household_count, 0)
        end as listed_household_count
    from universe
    left join household_cells
        on
            universe.calendar_year = household_cells.calendar_year
            and universe.rollup_area_code = household_cells.area_id
            and universe.group_type = household_cells.group_type
            and universe.group_id = household_cells.group_id
    left join reward_cells
        on
            universe.calendar_year = reward_cells.calendar_year
            and universe.rollup_area_code = reward_cells.area_id
            and universe.group_type = 'all'
    left join operator_cells
        on
            universe.calendar_year = operator_cells.calendar_year
            and universe.rollup_area_code = operator_cells.area_id
            and universe.group_type = operator_cells.group_type
            and universe.group_id = operator_cells.group_id
    left join sale_cells
        on
            universe.calendar_year = sale_cells.calendar_year
            and universe.rollup_area_code = sale_cells.area_id
            and universe.group_type = sale_cells.group_type
            and universe.group_id = sale_cells.group_id
    left join listed
        on
            universe.calendar_year = listed.calendar_year
            and universe.rollup_area_code = listed.area_id
            and universe.group_type = 'all'

),

final as (

    select
        {{ reporting_key(of=none, period='cast(calendar_year as varchar)') }},
        cast(listed_household_count as bigint) as listed_household_count,
        {% for name in households + rewards + operators + sales %}
            cast({{ name }} as {{ 'decimal(18, 2)' if name.endswith('_cny') else 'bigint' }}) as {{ name }},
        {% endfor %}
        case
            when listed_household_count is not null
                then {{ share('participating_household_count', 'listed_household_count') }}
        end as participating_household_share,
        cast({{ share('net_income_cny', 'participating_household_count') }} as decimal(18, 2)) as mean_net_income_cny
    from measured

)

select * from final
