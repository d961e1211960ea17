{# The groups in which the figures on work are counted, `all` first: the column of the contributions, null for all. #}
{% macro employment_groups() %}
    {% do return([
        {'type': 'all', 'column': none},
        {'type': 'labour_capacity', 'column': 'labour_capacity'},
        {'type': 'sex', 'column': 'sex'},
        {'type': 'age_group', 'column': 'age_group'},
    ]) %}
{% endmacro %}

{# Where people work, as the columns are named; what is neither in the county nor in the province nor outside is other. #}
{% macro employment_destinations() %}
    {% do return(['county', 'province', 'outside', 'other']) %}
{% endmacro %}

{#
    What is counted person by person: the part of `int_employment_contributions` that counts it, and the condition under
    which it is reported: the month's monitoring, that of the month before too, or the month's labour ledger.
#}
{% macro employment_measures() %}
    {% set parts = {
        'stocks': {'arrived': 'universe.has_work', 'names': [
            'monitored_person', 'labour_force', 'working_labour_force', 'working_person', 'working_county',
            'working_province', 'working_outside', 'working_other', 'reported_wage', 'implausible_wage',
        ]},
        'years': {'arrived': 'universe.has_work', 'names': [
            'cumulative_worker', 'cumulative_county', 'cumulative_province', 'cumulative_outside', 'cumulative_other',
            'enterprise_worker', 'stable_worker', 'worked_1_to_3', 'worked_4_to_6', 'worked_7_to_9', 'worked_10_to_12',
            'worked_month',
        ]},
        'inflows': {'arrived': 'universe.has_work and universe.has_opening', 'names': [
            'new_worker', 'returned_worker', 'carried_in',
        ]},
        'outflows': {'arrived': 'universe.has_work and universe.has_opening', 'names': [
            'opening_working', 'stopped_worker', 'carried_out',
        ]},
        'ledger_rows': {'arrived': 'universe.has_work and universe.has_ledger', 'names': [
            'ledger_person', 'ledger_employed', 'ledger_working',
        ]},
    } %}
    {% set measures = [] %}
    {% for part, held in parts.items() %}
        {% for name in held.names %}
            {% do measures.append({'name': name ~ '_count', 'part': part, 'arrived': held.arrived}) %}
        {% endfor %}
    {% endfor %}
    {% do return(measures) %}
{% endmacro %}
