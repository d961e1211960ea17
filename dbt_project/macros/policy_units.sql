{#
    Who is held against a policy: what the models `int_policy_*_units` have in common. Each of them says itself who is
    entitled, who receives and who is barred; their rows are put together by position in `int_policy_units`.
#}

{# Policy, period, unit, person, household and village of a row of `of`; the unit is the person. #}
{% macro person_of_policy(policy, of, period) %}
        '{{ policy }}' as policy_name,
        {{ period }},
        {{ of }}.person_key as unit_key,
        {{ of }}.person_key,
        {{ of }}.household_key,
        {{ of }}.area_code
{%- endmacro %}

{# The same where the unit is the household, and no person is named. #}
{% macro household_of_policy(policy, of, period) %}
        '{{ policy }}' as policy_name,
        {{ period }},
        {{ of }}.household_key as unit_key,
        cast(null as varchar) as person_key,
        {{ of }}.household_key,
        {{ of }}.area_code
{%- endmacro %}
