{% set measures = housing_measures() %}

with

cells as (

    select * from {{ ref('int_housing_cells') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

ledgers as (

    {{ last_month_of_each_year('dangerous_housing') }}

),

registers as (

    select distinct cast(income_year as varchar) as calendar_year
    from {{ ref('int_income_registers') }}

),

-- Registered households of the year without a house in the ledger: the other half of the comparison.
without_house as (

    select
        households.income_year,
        rollup_areas.rollup_area_code as area_id,
        count(*) as register_without_house_count
    from {{ ref('int_income_registers') }} as households
    left join {{ ref('fct_dwelling') }} as dwellings
        on
            households.household_key = dwellings.household_key
            and households.income_year = dwellings.calendar_year
            and dwellings.is_year_end
    inner join rollup_areas
        on
            households.period = rollup_areas.period
            and households.area_code = rollup_areas.area_code
    where dwellings.house_id is null
    group by households.income_year, rollup_areas.rollup_area_code

),

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        ledgers.calendar_year,
        ledgers.period as ledger_period,
        registers.calendar_year is not null as has_register,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from ledgers
    inner join rollup_areas
        on {{ every_division('ledgers.period') }}
    left join registers
        on ledgers.calendar_year = registers.calendar_year
    cross join groups

),

measured as (

    select
        universe.*,
        {% for measure in measures %}
            {% if measure.register %}
                case when universe.has_register then coalesce(cells.{{ measure.name }}, 0) end as {{ measure.name }},
            {% else %}
                coalesce(cells.{{ measure.name }}, 0) as {{ measure.name }},
            {% endif %}
        {% endfor %}
        case
            when universe.has_register and universe.group_type = 'all'
                then coalesce(without_house.register_without_house_count, 0)
        end as register_without_house_count
    from universe
    left join cells
        on
            universe.ledger_period = cells.period
            and universe.rollup_area_code = cells.area_id
            and universe.group_type = cells.group_type
            and universe.group_id = cells.group_id
    left join without_house
        on
            cast(universe.calendar_year as integer) = without_house.income_year
            and universe.rollup_area_code = without_house.area_id

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        calendar_year as period,
        ledger_period,
        rollup_area_level as area_level,
        rollup_area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        group_type,
        group_id,
        {% for measure in measures if measure.name.endswith('_count') and measure.name != 'measured_member_count' %}
            cast({{ measure.name }} as bigint) as {{ measure.name }},
        {% endfor %}
        cast(register_only_count + ledger_only_count as bigint) as disagreeing_house_count,
        cast(register_without_house_count as bigint) as register_without_house_count,
        {% for measure in measures if measure.name.endswith('_cny') %}
            cast({{ measure.name }} as decimal(18, 2)) as {{ measure.name }},
        {% endfor %}
        cast(subsidy_cny - paid_subsidy_cny as decimal(18, 2)) as unpaid_subsidy_cny,
        cast({{ share('subsidy_cny', 'subsidised_house_count') }} as decimal(18, 2)) as mean_subsidy_cny,
        {{ share('paid_subsidy_cny', 'subsidy_cny') }} as paid_subsidy_share,
        {{ share('dangerous_house_count', 'graded_house_count') }} as dangerous_house_share,
        {{ share('renovated_house_count', 'dangerous_house_count') }} as made_safe_share,
        {{ share('measured_area_m2', 'measured_member_count') }} as area_per_head_m2
    from measured

)

select * from final
