{% set movers = [
    'moved_household_count', 'moved_person_count', 'registered_household_count', 'registered_person_count',
    'synchronous_household_count', 'synchronous_person_count', 'settled_household_count', 'settled_person_count',
    'scattered_household_count', 'scattered_person_count', 'measured_household_count', 'above_area_bar_count',
    'measured_area_m2', 'measured_person_count', 'labour_person_count', 'working_person_count',
    'labour_household_count', 'zero_employment_household_count', 'moved_in_household_count',
    'demolished_household_count', 'checked_household_count', 'not_eligible_household_count',
    'to_check_household_count',
] %}
{% set settlements = ['settlement_count', 'job_count', 'workshop_count', 'unmanaged_settlement_count'] %}
{% set measures = {} %}
{% for name in movers %}{% do measures.update({name: ['relocation']}) %}{% endfor %}
{% for name in settlements %}{% do measures.update({name: ['settlements']}) %}{% endfor %}
{% set values = {
    'moved_household_count': '1',
    'moved_person_count': 'allocation_member_count',
    'registered_household_count': one_if("mover_type = 'registered'"),
    'registered_person_count': "case when mover_type = 'registered' then allocation_member_count else 0 end",
    'synchronous_household_count': one_if("mover_type = 'synchronous'"),
    'synchronous_person_count': "case when mover_type = 'synchronous' then allocation_member_count else 0 end",
    'settled_household_count': one_if("placement = 'settled'"),
    'settled_person_count': "case when placement = 'settled' then allocation_member_count else 0 end",
    'scattered_household_count': one_if("placement = 'scattered'"),
    'scattered_person_count': "case when placement = 'scattered' then allocation_member_count else 0 end",
    'measured_household_count': one_if('is_above_area_bar is not null'),
    'above_area_bar_count': one_if('is_above_area_bar'),
    'measured_area_m2': 'case when is_above_area_bar is not null then housing_area_m2 else 0 end',
    'measured_person_count': 'case when is_above_area_bar is not null then allocation_member_count else 0 end',
    'labour_person_count': 'labour_person_count',
    'working_person_count': 'working_person_count',
    'labour_household_count': one_if('labour_person_count > 0'),
    'zero_employment_household_count': one_if('is_without_work'),
    'moved_in_household_count': one_if('is_moved_in'),
    'demolished_household_count': one_if('is_old_house_demolished'),
    'checked_household_count': one_if('is_checked_in_month'),
    'not_eligible_household_count': one_if("eligibility_result = '不符合'"),
    'to_check_household_count': one_if("eligibility_result = '待核'"),
} %}

with

households as (

    select * from {{ ref('fct_relocated_household') }}

),

settlements as (

    select * from {{ ref('fct_settlement') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    {{ periods_of_feeds(['relocation', 'settlements'], length=7) }}

),

contributions as (

    {{ contribution('households', measures, values) }}
    union all
    {{ contribution('households', measures, values, group_type='mover_type', group_id='mover_type') }}
    union all
    {{ contribution('households', measures, values, group_type='relocation_year',
        group_id='cast(relocation_year as varchar)') }}
    union all
    {{ contribution('settlements', measures, {
        'settlement_count': '1',
        'job_count': 'coalesce(job_count, 0)',
        'workshop_count': 'coalesce(workshop_count, 0)',
        'unmanaged_settlement_count': one_if('managing_office is null'),
    }) }}

),

{{ sums_of_areas(measures) }},

final as (

    select
        {{ carried_key() }},
        {% for name in movers if name not in ('measured_area_m2', 'measured_person_count') %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(measured_person_count as bigint) as measured_person_count,
        -- A settlement belongs to a township and to no group of movers.
        {% for name in settlements %}
            cast(case when group_type = 'all' and area_level <> 'village' then {{ name }} end as bigint) as {{ name }},
        {% endfor %}
        cast(labour_person_count - working_person_count as bigint) as without_work_person_count,
        {{ share('working_person_count', 'labour_person_count') }} as working_share,
        {{ share('demolished_household_count', 'moved_household_count') }} as demolished_share,
        {{ share('checked_household_count', 'moved_household_count') }} as checked_share,
        {{ share('measured_area_m2', 'measured_person_count') }} as area_per_head_m2
    from measured

)

select * from final
