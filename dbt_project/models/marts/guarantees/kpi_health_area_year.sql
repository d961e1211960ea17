{% set measures = {
    'registered_person_count': ['medical_insurance'],
    'insured_count': ['medical_insurance'],
    'not_insured_count': ['medical_insurance'],
    'not_on_insurance_list_count': ['medical_insurance'],
    'subsidised_count': ['medical_insurance'],
    'premium_cny': ['medical_insurance'],
    'subsidy_cny': ['medical_insurance'],
    'settlement_count': ['medical_reimbursement'],
    'inpatient_count': ['medical_reimbursement'],
    'ruled_inpatient_count': ['medical_reimbursement'],
    'below_bar_count': ['medical_reimbursement'],
    'total_cost_cny': ['medical_reimbursement'],
    'own_payment_cny': ['medical_reimbursement'],
    'ruled_in_scope_cny': ['medical_reimbursement'],
    'ruled_paid_cny': ['medical_reimbursement'],
    'large_payment_household_count': ['medical_reimbursement'],
    'large_payment_outside_count': ['medical_reimbursement'],
    'major_illness_count': ['major_illness'],
    'major_treated_count': ['major_illness'],
    'major_signed_count': ['major_illness'],
    'chronic_count': ['family_doctor'],
    'chronic_signed_count': ['family_doctor'],
    'chronic_visited_count': ['family_doctor'],
} %}
{% set illnesses = {
    'major_illness_count': one_if("care_kind = 'major'"),
    'major_treated_count': one_if("care_kind = 'major' and is_treated"),
    'major_signed_count': one_if("care_kind = 'major' and is_signed"),
    'chronic_count': one_if("care_kind = 'chronic'"),
    'chronic_signed_count': one_if("care_kind = 'chronic' and is_signed"),
    'chronic_visited_count': one_if("care_kind = 'chronic' and is_treated"),
} %}

with

insurance as (

    select * from {{ ref('fct_medical_insurance') }}

),

settlements as (

    select *
    from {{ ref('fct_medical_settlement') }}
    where is_registered

),

leads as (

    select * from {{ ref('fct_payment_burden_lead') }}

),

care as (

    select *
    from {{ ref('fct_health_care') }}
    where is_registered

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    {{ periods_of_feeds(['medical_insurance', 'medical_reimbursement', 'major_illness', 'family_doctor']) }}

),

contributions as (

    {{ contribution('insurance', measures, {
        'registered_person_count': '1',
        'insured_count': one_if("insured_status = 'insured'"),
        'not_insured_count': one_if("insured_status = 'not_insured'"),
        'not_on_insurance_list_count': one_if("insured_status = 'not_on_list'"),
        'subsidised_count': one_if('is_subsidised'),
        'premium_cny': 'coalesce(premium_cny, 0)',
        'subsidy_cny': 'coalesce(subsidy_cny, 0)',
    }) }}
    union all
    {{ contribution('settlements', measures, {
        'settlement_count': '1',
        'inpatient_count': one_if("visit_type = '住院'"),
        'ruled_inpatient_count': one_if('is_under_bar_rule'),
        'below_bar_count': one_if('is_below_bar'),
        'total_cost_cny': 'total_cost_cny',
        'own_payment_cny': 'own_payment_cny',
        'ruled_in_scope_cny': 'case when is_under_bar_rule then in_scope_cost_cny else 0 end',
        'ruled_paid_cny': 'case when is_under_bar_rule then in_scope_paid_cny else 0 end',
    }, year='calendar_year') }}
    union all
    {{ contribution('leads', measures, {
        'large_payment_household_count': one_if('is_registered'),
        'large_payment_outside_count': one_if('not is_registered'),
    }) }}
    union all
    {{ contribution('care', measures, illnesses) }}
    union all
    {{ contribution('care', measures, illnesses, group_type='chronic', group_id='illness_name',
        where="care_kind = 'chronic'") }}

),

{{ sums_of_areas(measures) }},

-- A team works in several villages, and a kind of illness is met in several: both are counted anew at every level.
teams as (

    select
        care.period,
        rollup_areas.rollup_area_code as area_id,
        count(distinct care.team_name) as team_count,
        count(distinct case when care.care_kind = 'major' then care.illness_name end) as major_illness_kind_count
    from care
    inner join periods
        on care.period = periods.period
    inner join rollup_areas
        on
            periods.area_period = rollup_areas.period
            and care.area_code = rollup_areas.area_code
    group by care.period, rollup_areas.rollup_area_code

),

final as (

    select
        {{ carried_key(of='measured') }},
        {% for name in measures if name.endswith('_count') %}
            cast(measured.{{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(
            case
                when measured.has_family_doctor and measured.group_type = 'all' then coalesce(teams.team_count, 0)
            end as bigint
        ) as team_count,
        cast(
            case
                when measured.has_major_illness and measured.group_type = 'all'
                    then coalesce(teams.major_illness_kind_count, 0)
            end as bigint
        ) as major_illness_kind_count,
        {% for name in measures if name.endswith('_cny') %}
            cast(measured.{{ name }} as decimal(18, 2)) as {{ name }},
        {% endfor %}
        {{ share('measured.insured_count', 'measured.registered_person_count') }} as insured_share,
        {{ share('measured.ruled_paid_cny', 'measured.ruled_in_scope_cny') }} as reimbursed_share,
        {{ share('measured.major_treated_count', 'measured.major_illness_count') }} as major_treated_share,
        {{ share('measured.chronic_signed_count', 'measured.chronic_count') }} as chronic_signed_share
    from measured
    left join teams
        on
            measured.period = teams.period
            and measured.area_id = teams.area_id

)

select * from final
