{% set pupils = [
    'school_age_count', 'enrolled_count', 'not_in_school_count', 'dropped_out_count', 'taught_at_home_count',
    'not_on_school_list_count', 'pupil_count', 'entitled_count',
] %}
{% set aid = ['aid_person_time_count', 'aid_cny', 'loan_person_time_count', 'loan_cny', 'registered_aid_count'] %}
{% set measures = {} %}
{% for name in pupils %}{% do measures.update({name: ['education_enrolment']}) %}{% endfor %}
{% do measures.update({'entitled_without_aid_count': ['education_enrolment', 'education_aid']}) %}
{% for name in aid %}{% do measures.update({name: ['education_aid']}) %}{% endfor %}
{% set schooling = {
    'school_age_count': one_if('is_school_age'),
    'enrolled_count': one_if("is_school_age and schooling_status = 'enrolled'"),
    'not_in_school_count': one_if("is_school_age and schooling_status = 'not_in_school'"),
    'dropped_out_count': one_if("is_school_age and schooling_form = '辍学'"),
    'taught_at_home_count': one_if("is_school_age and schooling_form = '送教上门'"),
    'not_on_school_list_count': one_if("is_school_age and schooling_status = 'not_on_list'"),
    'pupil_count': one_if("schooling_status = 'enrolled'"),
    'entitled_count': one_if('is_entitled and has_aid is not null'),
    'entitled_without_aid_count': one_if('is_entitled and not has_aid'),
} %}
{% set payments = {
    'aid_person_time_count': one_if('not is_loan'),
    'aid_cny': 'case when is_loan then 0 else aid_cny end',
    'loan_person_time_count': one_if('is_loan'),
    'loan_cny': 'case when is_loan then aid_cny else 0 end',
    'registered_aid_count': one_if('not is_loan and household_key is not null'),
} %}

with

schooling as (

    select * from {{ ref('fct_schooling') }}

),

payments as (

    select * from {{ ref('fct_student_aid') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

periods as (

    {{ periods_of_feeds(['education_enrolment', 'education_aid']) }}

),

contributions as (

    {{ contribution('schooling', measures, schooling) }}
    union all
    {{ contribution('payments', measures, payments, year='calendar_year') }}
    union all
    {{ contribution('schooling', measures, schooling, group_type='stage', group_id='education_stage',
        where='education_stage is not null') }}
    union all
    {{ contribution('payments', measures, payments, year='calendar_year', group_type='stage',
        group_id='education_stage') }}
    union all
    {{ contribution('schooling', measures, schooling, group_type='form', group_id='schooling_form',
        where="schooling_form <> '正常'") }}
    union all
    {{ contribution('payments', measures, payments, year='calendar_year', group_type='project',
        group_id='aid_project') }}

),

{{ sums_of_areas(measures) }},

-- What was paid since the first ledger; a year without a ledger has no figure and breaks no sum.
added_up as (

    select
        {% for name in ['aid_person_time_count', 'aid_cny', 'loan_person_time_count', 'loan_cny'] %}
            sum({{ name }}) over (
                partition by area_id, group_type, group_id
                order by period
                rows between unbounded preceding and current row
            ) as cumulative_{{ name }},
        {% endfor %}
        *
    from measured

),

final as (

    select
        {{ carried_key() }},
        {% for name in pupils %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(entitled_without_aid_count as bigint) as entitled_without_aid_count,
        cast(aid_person_time_count as bigint) as aid_person_time_count,
        cast(registered_aid_count as bigint) as registered_aid_count,
        cast(loan_person_time_count as bigint) as loan_person_time_count,
        cast(cumulative_aid_person_time_count as bigint) as cumulative_aid_person_time_count,
        cast(cumulative_loan_person_time_count as bigint) as cumulative_loan_person_time_count,
        cast(aid_cny as decimal(18, 2)) as aid_cny,
        cast(loan_cny as decimal(18, 2)) as loan_cny,
        cast(cumulative_aid_cny as decimal(18, 2)) as cumulative_aid_cny,
        cast(cumulative_loan_cny as decimal(18, 2)) as cumulative_loan_cny,
        {{ share('enrolled_count', 'school_age_count') }} as enrolled_share,
        {{ share('entitled_without_aid_count', 'entitled_count') }} as entitled_without_aid_share
    from added_up

)

select * from final
