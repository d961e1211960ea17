{#
    What `kpi_social_area_month` adds up: the part of `int_social_cells` that holds it, the lists it needs (null without
    them), and its value on a row of that part: `b` the benefits, `c` the care of special groups, `r` the register.
#}
{% macro social_measures() %}
    {% set measures = [] %}
    {% for name, feeds, condition in [
        ['dibao_household_count', ['dibao'], "b.benefit = 'dibao' and b.record_kind = 'list' and b.applicant_number = 1"],
        ['dibao_person_count', ['dibao'], "b.benefit = 'dibao' and b.record_kind = 'list'"],
        ['tekun_person_count', ['tekun'], "b.benefit = 'tekun' and b.record_kind = 'list'"],
        [
            'tekun_institution_count', ['tekun'],
            "b.benefit = 'tekun' and b.record_kind = 'list' and b.benefit_class = '集中供养'",
        ],
        [
            'supported_registered_household_count', ['dibao', 'tekun', 'person_register'],
            'b.is_supported and b.is_in_register and b.supported_household_number = 1',
        ],
        [
            'supported_registered_person_count', ['dibao', 'tekun', 'person_register'],
            'b.is_supported and b.is_in_register and b.supported_person_number = 1',
        ],
        ['certificate_person_count', ['disabled'], "b.benefit = 'certificate'"],
        ['living_subsidy_count', ['disabled'], "b.benefit = 'living_subsidy' and b.record_kind = 'list'"],
        ['nursing_subsidy_count', ['disabled'], "b.benefit = 'nursing_subsidy' and b.record_kind = 'list'"],
        ['subsidy_payment_count', ['subsidy_payment'], "b.record_kind = 'payment'"],
    ] %}
        {% do measures.append({
            'name': name, 'part': 'benefits', 'feeds': feeds, 'value': 'case when ' ~ condition ~ ' then 1 else 0 end',
        }) %}
    {% endfor %}
    {% for name, feeds, value, condition in [
        ['dibao_month_cny', ['dibao'], 'amount_cny', "b.benefit = 'dibao' and b.record_kind = 'list'"],
        ['tekun_month_cny', ['tekun'], 'amount_cny', "b.benefit = 'tekun' and b.record_kind = 'list'"],
        [
            'disability_paid_cny', ['subsidy_payment'], 'amount_cny',
            "b.benefit in ('living_subsidy', 'nursing_subsidy') and b.record_kind = 'payment'",
        ],
        ['subsidy_paid_cny', ['subsidy_payment'], 'amount_cny', "b.record_kind = 'payment'"],
        ['aid_time_count', ['temporary_aid'], 'time_count', "b.benefit = 'temporary_aid'"],
        ['aid_cny', ['temporary_aid'], 'amount_cny', "b.benefit = 'temporary_aid'"],
        ['medical_aid_cny', ['temporary_aid'], 'amount_cny', "b.benefit = 'medical_aid'"],
        ['registered_aid_time_count', ['temporary_aid'], 'time_count', "b.benefit = 'temporary_aid' and b.was_in_register"],
        ['registered_aid_cny', ['temporary_aid'], 'amount_cny', "b.benefit = 'temporary_aid' and b.was_in_register"],
    ] %}
        {% do measures.append({
            'name': name, 'part': 'benefits', 'feeds': feeds,
            'value': 'case when ' ~ condition ~ ' then coalesce(b.' ~ value ~ ', 0) else 0 end',
        }) %}
    {% endfor %}
    {% for name, condition in [
        ['care_person_count', 'true'],
        ['care_group_count', "c.care_mode = 'N+1'"],
        ['care_post_count', "c.care_mode = '1+1'"],
        ['care_below_duty_count', 'c.weekly_visit_count < c.weekly_visit_min'],
    ] %}
        {% do measures.append({
            'name': name, 'part': 'care', 'feeds': ['special_care'],
            'value': 'case when ' ~ condition ~ ' then 1 else 0 end',
        }) %}
    {% endfor %}
    {% for name, condition in [
        ['register_only_dibao_count', 'r.has_dibao and not r.is_on_dibao'],
        ['list_only_dibao_count', 'r.is_on_dibao and not r.has_dibao'],
    ] %}
        {% do measures.append({
            'name': name, 'part': 'register', 'feeds': ['dibao', 'person_register'],
            'value': 'case when ' ~ condition ~ ' then 1 else 0 end',
        }) %}
    {% endfor %}
    {% for name, value in [['payment_lead_count', '1'], ['payment_lead_cny', 'coalesce(p.amount_cny, 0)']] %}
        {% do measures.append({'name': name, 'part': 'leads', 'feeds': ['subsidy_payment'], 'value': value}) %}
    {% endfor %}
    {% do return(measures) %}
{% endmacro %}

{# The groups of the figures on social protection: the part of the cells that has them, the column. #}
{% macro social_groups() %}
    {% do return([
        {'type': 'register', 'part': 'benefits', 'column': 'register_scope'},
        {'type': 'dibao_class', 'part': 'benefits', 'column': 'dibao_class'},
        {'type': 'care_kind', 'part': 'care', 'column': 'care_kind'},
        {'type': 'payment_lead', 'part': 'leads', 'column': 'lead_kind'},
    ]) %}
{% endmacro %}

{# True where a measure is reported: its lists have come, and the row's group is one that it is counted in. #}
{% macro social_is_told(measure) -%}
    {%- set types = ['all'] -%}
    {%- for group in social_groups() if group.part == measure.part -%}
        {%- if group.type != 'dibao_class' or measure.feeds == ['dibao'] -%}
            {%- do types.append(group.type) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for feed in measure.feeds %}universe.has_{{ feed }} and {% endfor -%}
    universe.group_type in ('{{ types | join("', '") }}')
{%- endmacro %}
