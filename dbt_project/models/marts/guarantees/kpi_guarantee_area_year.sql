{% set names = [
    'listed_household_count', 'met_household_count', 'not_met_household_count', 'not_reported_household_count',
] %}
{% set values = {
    'listed_household_count': '1',
    'met_household_count': one_if("item_status = 'met'"),
    'not_met_household_count': one_if("item_status = 'not_met'"),
    'not_reported_household_count': one_if("item_status = 'not_reported'"),
} %}

with

items as (

    select * from {{ ref('fct_household_guarantee') }}

),

-- A household is secure when every item is met: one that is not met decides, one that is not reported leaves it open.
households as (

    select
        period,
        area_code,
        household_key,
        case
            when max({{ one_if("item_status = 'not_met'") }}) = 1 then 'not_met'
            when max({{ one_if("item_status = 'not_reported'") }}) = 1 then 'not_reported'
            else 'met'
        end as item_status
    from items
    group by period, area_code, household_key

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    select
        period,
        least(period || '-12', {{ as_of_period() }}) as area_period
    from items
    group by period

),

contributions as (

    {{ contribution('households', values, values) }}
    union all
    {{ contribution('items', values, values, group_type='item', group_id='item') }}

),

{{ sums_of_areas({
    'listed_household_count': [],
    'met_household_count': [],
    'not_met_household_count': [],
    'not_reported_household_count': [],
}) }},

final as (

    select
        {{ carried_key() }},
        {% for name in names %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        {{ share('met_household_count', 'listed_household_count') }} as met_share
    from measured

)

select * from final
