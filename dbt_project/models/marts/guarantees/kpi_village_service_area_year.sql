{% set totals = [
    'group_count', 'hard_road_group_count', 'household_count', 'tap_water_household_count',
    'central_supply_household_count', 'sanitary_toilet_count', 'broadcast_household_count', 'activity_place_count',
    'ecommerce_point_count', 'public_toilet_count', 'hardened_road_km',
] %}
{% set of_register = ['has_paved_road', 'has_clinic', 'has_bus'] %}
{% set measures = {
    'village_count': ['village_services'],
    'complete_village_count': ['village_services', 'village_register'],
} %}
{% set values = {'village_count': '1', 'complete_village_count': one_if('has_all_conditions')} %}
{% for condition in village_conditions() %}
    {% set feeds = ['village_services', 'village_register'] if condition in of_register else ['village_services'] %}
    {% do measures.update({condition ~ '_count': feeds}) %}
    {% do values.update({condition ~ '_count': one_if(condition)}) %}
{% endfor %}
{% for name in totals %}
    {% set feeds = ['village_services', 'village_register'] if 'household' in name and 'broadcast' not in name
        else ['village_services'] %}
    {% do measures.update({name: feeds}) %}
    {% do values.update({name: 'coalesce(' ~ name ~ ', 0)'}) %}
{% endfor %}

with

villages as (

    select * from {{ ref('fct_village_service') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

all_periods as (

    {{ periods_of_feeds(['village_services', 'village_register']) }}

),

periods as (

    select *
    from all_periods
    where has_village_services

),

contributions as (

    {{ contribution('villages', measures, values) }}

),

{{ sums_of_areas(measures) }},

final as (

    select
        {{ carried_key() }},
        {% for name in measures if name.endswith('_count') %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(hardened_road_km as decimal(18, 4)) as hardened_road_km,
        {{ share('complete_village_count', 'village_count') }} as complete_village_share,
        {{ share('hard_road_group_count', 'group_count') }} as hard_road_group_share,
        {{ share('tap_water_household_count', 'household_count') }} as tap_water_share,
        {{ share('central_supply_household_count', 'household_count') }} as central_supply_share
    from measured

)

select * from final
