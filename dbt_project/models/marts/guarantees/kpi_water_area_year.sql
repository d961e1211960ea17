{% set names = [
    'listed_household_count', 'safe_household_count', 'unsafe_household_count', 'not_on_water_list_household_count',
    'tap_household_count', 'central_household_count', 'quantity_failed_count', 'quality_failed_count',
] %}
{% set measures = {} %}
{% for name in names %}{% do measures.update({name: ['water_safety']}) %}{% endfor %}
{% set values = {
    'listed_household_count': '1',
    'safe_household_count': one_if("water_status = 'safe'"),
    'unsafe_household_count': one_if("water_status = 'unsafe'"),
    'not_on_water_list_household_count': one_if("water_status = 'not_on_list'"),
    'tap_household_count': one_if('has_tap'),
    'central_household_count': one_if('has_central_supply'),
    'quantity_failed_count': one_if("quantity_grade = '不达标'"),
    'quality_failed_count': one_if("quality_grade = '不达标'"),
} %}

with

households as (

    select * from {{ ref('fct_household_water') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    {{ periods_of_feeds(['water_safety']) }}

),

contributions as (

    {{ contribution('households', measures, values) }}
    union all
    {{ contribution('households', measures, values, group_type='supply', group_id='supply_kind',
        where='supply_kind is not null') }}

),

{{ sums_of_areas(measures) }},

final as (

    select
        {{ carried_key() }},
        {% for name in names %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        {{ share('safe_household_count', 'listed_household_count') }} as safe_water_share,
        {{ share('tap_household_count', 'listed_household_count') }} as tap_water_share
    from measured

)

select * from final
