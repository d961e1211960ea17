{% set measures = {} %}
{% set insured = {
    'insured_person_count': '1',
    'registered_insured_count': one_if('is_in_register'),
    'claim_count': one_if('claim_cny > 0'),
    'premium_cny': 'coalesce(premium_cny, 0)',
    'premium_subsidy_cny': 'coalesce(premium_subsidy_cny, 0)',
    'claim_cny': 'coalesce(claim_cny, 0)',
} %}
{% set pensions = {
    'pension_insured_count': one_if('is_insured'),
    'pension_drawing_count': one_if('is_drawing'),
    'pension_paid_for_count': one_if('is_paid_for'),
    'pension_fiscal_cny': 'coalesce(fiscal_premium_cny, 0)',
} %}
{% for name in insured %}{% do measures.update({name: ['insurance']}) %}{% endfor %}
{% for name in pensions %}{% do measures.update({name: ['pension_insurance']}) %}{% endfor %}

with

insurances as (

    select * from {{ ref('fct_insurance') }}

),

pensions as (

    select * from {{ ref('fct_pension_insurance') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    {{ periods_of_feeds(['insurance', 'pension_insurance']) }}

),

contributions as (

    {{ contribution('insurances', measures, insured, year='calendar_year') }}
    union all
    {{ contribution('pensions', measures, pensions, year='calendar_year') }}
    union all
    {{ contribution('insurances', measures, insured, year='calendar_year', group_type='insurance_kind',
        group_id='insurance_kind') }}

),

{{ sums_of_areas(measures) }},

final as (

    select
        {{ carried_key() }},
        {% for name in measures %}
            {% set type = 'decimal(18, 2)' if name.endswith('_cny') else 'bigint' %}
            cast(
                {% if name in pensions %}case when group_type = 'all' then {{ name }} end{% else %}{{ name }}{% endif %}
                as {{ type }}
            ) as {{ name }},
        {% endfor %}
        {{ share('claim_cny', 'premium_cny') }} as claim_ratio
    from measured

)

select * from final
