{% set levels = ['county', 'township', 'village', 'household'] %}
{% set classes = ['operating', 'public'] %}
{% set counts = [
    'asset_count', 'county_managed_count', 'township_managed_count', 'village_managed_count',
    'household_managed_count', 'operating_count', 'public_count', 'to_household_count', 'certified_count',
    'signed_count', 'idle_count', 'damaged_count', 'contract_over_count', 'contract_missing_count',
    'without_project_count', 'yield_unpaid_count', 'yield_undistributed_count',
] %}
{% set compared = ['same_count', 'differs_count', 'county_only_count', 'township_only_count'] %}
{% set amounts = ['original_value', 'idle_value', 'yield_due', 'yield_paid', 'yield_distributed'] %}
{% set groups = [['all', "'all'"], ['class', 'asset_class'], ['management', 'management_level']] %}

with

assets as (

    select * from {{ ref('fct_asset') }}
    where is_year_end

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

villages as (

    select
        period,
        area_code,
        asset_class,
        management_level,
        sum(case when is_in_county_book then 1 else 0 end) as asset_count,
        {% for level in levels %}
            sum(case when is_in_county_book and management_level = '{{ level }}' then 1 else 0 end)
                as {{ level }}_managed_count,
        {% endfor %}
        {% for class in classes %}
            sum(case when is_in_county_book and asset_class = '{{ class }}' then 1 else 0 end) as {{ class }}_count,
        {% endfor %}
        sum(case when is_in_county_book and asset_class = 'household' then 1 else 0 end) as to_household_count,
        {% for name, flag in [
            ['certified', 'has_certificate'], ['signed', 'has_sign'], ['idle', 'is_idle'], ['damaged', 'is_damaged'],
            ['contract_over', 'is_contract_over'], ['contract_missing', 'is_contract_missing'],
            ['without_project', 'project_id is null'], ['yield_unpaid', 'is_yield_unpaid'],
            ['yield_undistributed', 'is_yield_undistributed'],
        ] %}
            sum(case when is_in_county_book and {{ flag }} then 1 else 0 end) as {{ name }}_count,
        {% endfor %}
        {% for status in ['same', 'differs', 'county_only', 'township_only'] %}
            sum(case when book_status = '{{ status }}' then 1 else 0 end) as {{ status }}_count,
        {% endfor %}
        {% for amount in ['original_value', 'yield_due', 'yield_paid', 'yield_distributed'] %}
            sum(case when is_in_county_book then coalesce({{ amount }}_cny, 0) else 0 end) as {{ amount }}_cny,
        {% endfor %}
        sum(case when is_in_county_book and is_idle then original_value_cny else 0 end) as idle_value_cny
    from assets
    group by period, area_code, asset_class, management_level

),

-- Without a row of the township book there is nothing to hold the county book against.
ledgers as (

    select
        period,
        max(calendar_year) as calendar_year,
        max(case when book_status is not null then 1 else 0 end) = 1 as has_township_book
    from assets
    group by period

),

grouped as (

    {% for type, column in groups %}
        select
            villages.period,
            rollup_areas.rollup_area_code as area_id,
            {% for measure in counts + compared %}
                sum(villages.{{ measure }}) as {{ measure }},
            {% endfor %}
            {% for amount in amounts %}
                sum(villages.{{ amount }}_cny) as {{ amount }}_cny,
            {% endfor %}
            '{{ type }}' as group_type,
            {{ column if type == 'all' else 'villages.' ~ column }} as group_id
        from villages
        inner join rollup_areas
            on
                villages.period = rollup_areas.period
                and villages.area_code = rollup_areas.area_code
        group by
            villages.period,
            rollup_areas.rollup_area_code
            {{- ', villages.' ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    select distinct
        group_type,
        group_id
    from grouped

),

universe as (

    select distinct
        ledgers.period as ledger_period,
        ledgers.calendar_year,
        ledgers.has_township_book,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from ledgers
    inner join rollup_areas
        on {{ every_division('ledgers.period') }}
    cross join groups

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        universe.calendar_year as period,
        universe.ledger_period,
        universe.rollup_area_level as area_level,
        universe.rollup_area_code as area_id,
        universe.rollup_area_name as area_name,
        universe.rollup_parent_code as parent_area_id,
        universe.group_type,
        universe.group_id,
        {% for measure in counts %}
            cast(coalesce(grouped.{{ measure }}, 0) as bigint) as {{ measure }},
        {% endfor %}
        {% for measure in compared %}
            case when universe.has_township_book then cast(coalesce(grouped.{{ measure }}, 0) as bigint) end
                as {{ measure }},
        {% endfor %}
        {% for amount in amounts %}
            cast(coalesce(grouped.{{ amount }}_cny, 0) as decimal(18, 2)) as {{ amount }}_cny,
        {% endfor %}
        cast(coalesce(grouped.yield_due_cny - grouped.yield_paid_cny, 0) as decimal(18, 2)) as yield_unpaid_cny,
        {{ share('grouped.idle_count', 'grouped.asset_count') }} as idle_share,
        {{ share('grouped.yield_paid_cny', 'grouped.yield_due_cny') }} as yield_paid_share,
        {{ share('grouped.yield_distributed_cny', 'grouped.yield_paid_cny') }} as yield_distributed_share
    from universe
    left join grouped
        on
            universe.ledger_period = grouped.period
            and universe.rollup_area_code = grouped.area_id
            and universe.group_type = grouped.group_type
            and universe.group_id = grouped.group_id

)

select * from final
