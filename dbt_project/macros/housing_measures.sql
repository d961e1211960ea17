{#
    What `kpi_housing_area_year` counts house by house: the column, the condition or amount on `fct_dwelling` (d) and
    `fct_renovation` (r), and `register` where a register of the year is needed for it.
#}
{% macro housing_measures() %}
    {% set conditions = [
        ['graded_house_count', 'true'],
        ['grade_a_count', "d.house_grade = 'A'"],
        ['grade_b_count', "d.house_grade = 'B'"],
        ['grade_c_count', "d.house_grade = 'C'"],
        ['grade_d_count', "d.house_grade = 'D'"],
        ['dangerous_house_count', 'd.is_dangerous'],
        ['renovated_house_count', 'd.is_made_safe'],
        ['renovated_registered_count', "d.is_made_safe and d.target_group = 'registered'"],
        ['renovated_priority_count', "d.is_made_safe and d.target_group = 'priority'"],
        ['renovated_outside_count', "d.is_made_safe and d.target_group = 'outside'"],
        ['renovated_other_count', "d.is_made_safe and d.target_group in ('ordinary', 'unknown')"],
        ['not_yet_safe_count', 'd.is_not_yet_safe'],
        ['in_renovation_count', 'r.house_id is not null and not r.is_finished'],
        ['subsidised_house_count', 'r.subsidy_cny > 0'],
        ['measured_area_count', 'r.is_below_minimum is not null'],
        ['below_minimum_count', 'r.is_below_minimum'],
    ] %}
    {% set compared = [
        ['compared_house_count', 'd.is_in_register and d.has_dangerous_house_in_register is not null'],
        ['register_dangerous_count', 'd.has_dangerous_house_in_register'],
        ['ledger_unsafe_count', 'd.has_dangerous_house_in_register is not null and d.is_not_yet_safe'],
        ['register_only_count', 'd.has_dangerous_house_in_register and not d.is_not_yet_safe'],
        ['ledger_only_count', 'not d.has_dangerous_house_in_register and d.is_not_yet_safe'],
        [
            'grade_differs_count',
            "d.is_not_yet_safe and d.has_dangerous_house_in_register"
            ~ " and substr(d.register_house_grade, 1, 1) <> d.house_grade",
        ],
    ] %}
    {% set measures = [] %}
    {% for name, condition in conditions %}
        {% do measures.append({'name': name, 'value': 'case when ' ~ condition ~ ' then 1 else 0 end', 'register': false}) %}
    {% endfor %}
    {% for name, condition in compared %}
        {% do measures.append({'name': name, 'value': 'case when ' ~ condition ~ ' then 1 else 0 end', 'register': true}) %}
    {% endfor %}
    {% for name in ['subsidy', 'paid_subsidy', 'central_fund', 'provincial_fund', 'county_fund', 'own_fund'] %}
        {% do measures.append({
            'name': name ~ '_cny', 'value': 'coalesce(r.' ~ name ~ '_cny, 0)', 'register': false,
        }) %}
    {% endfor %}
    {% do measures.append({
        'name': 'measured_area_m2', 'register': false,
        'value': 'case when r.is_below_minimum is not null then r.renovated_area_m2 else 0 end',
    }) %}
    {% do measures.append({
        'name': 'measured_member_count', 'register': false,
        'value': 'case when r.is_below_minimum is not null then r.member_count else 0 end',
    }) %}
    {% do return(measures) %}
{% endmacro %}

{# The groups of the figures on homes, `all` first: the column of the contributions, null for all. #}
{% macro housing_groups() %}
    {% do return([
        {'type': 'all', 'column': none},
        {'type': 'target_group', 'column': 'target_group'},
        {'type': 'grade', 'column': 'house_grade'},
        {'type': 'renovation_year', 'column': 'renovation_year'},
    ]) %}
{% endmacro %}
