{#
    The flows of the register's bridges: the change type as the ledger writes it, its sign, and to which stock it
    belongs. `unexited` is `always` for changes that by their nature concern households that have not exited, else
    `by_status`: it goes by the household's status. `registered` says whether the stock of registered
    households moves at all: an exit and a return to poverty happen inside the register.
#}
{% macro register_flows() %}
    {% do return([
        {'name': 'identified', 'change_type': '新识别', 'sign': 1, 'unexited': 'always', 'registered': true},
        {'name': 'returned', 'change_type': '返贫', 'sign': 1, 'unexited': 'always', 'registered': false},
        {'name': 'natural_plus', 'change_type': '自然增加', 'sign': 1, 'unexited': 'by_status', 'registered': true},
        {'name': 'transfer_in', 'change_type': '转入', 'sign': 1, 'unexited': 'by_status', 'registered': true},
        {'name': 'split', 'change_type': '分户', 'sign': 1, 'unexited': 'by_status', 'registered': true},
        {'name': 'natural_minus', 'change_type': '自然减少', 'sign': -1, 'unexited': 'by_status', 'registered': true},
        {'name': 'removed_in_error', 'change_type': '清退', 'sign': -1, 'unexited': 'by_status', 'registered': true},
        {'name': 'transfer_out', 'change_type': '转出', 'sign': -1, 'unexited': 'by_status', 'registered': true},
        {'name': 'merge', 'change_type': '并户', 'sign': -1, 'unexited': 'by_status', 'registered': true},
        {'name': 'exited', 'change_type': '脱贫', 'sign': -1, 'unexited': 'always', 'registered': false},
    ]) %}
{% endmacro %}

{#
    The parts of the bridges, one per component and unit: the column, the sign with which it explains the closing stock,
    and the condition under which what it needs has arrived. The stock of the unexited needs the opening register too,
    because a change belongs to it by the status of its household.
#}
{% macro register_bridge_parts() %}
    {% set parts = [] %}
    {% for unit in ['household', 'person'] %}
        {% do parts.append({
            'component': 'opening', 'unit': unit, 'column': 'opening_' ~ unit ~ '_count', 'sign': 1,
            'arrived': 'universe.has_opening_' ~ unit ~ 's',
        }) %}
        {% for flow in register_flows() %}
            {% do parts.append({
                'component': flow.name, 'unit': unit, 'column': flow.name ~ '_' ~ unit ~ '_count', 'sign': flow.sign,
                'arrived': "universe.has_changes and (universe.group_id = 'registered' or universe.has_opening_households)",
            }) %}
        {% endfor %}
        {% do parts.append({
            'component': 'closing', 'unit': unit, 'column': 'closing_' ~ unit ~ '_count', 'sign': 0,
            'arrived': 'universe.has_closing_' ~ unit ~ 's',
        }) %}
    {% endfor %}
    {% do return(parts) %}
{% endmacro %}

{# Closing minus opening and flows: 0 when the ledger explains the register. #}
{% macro unexplained(parts, unit) -%}
    closing_{{ unit }}_count
    {%- for part in parts if part.unit == unit and part.sign != 0 %} {{ '-' if part.sign > 0 else '+' }} {{ part.column }}
    {%- endfor %}
{%- endmacro %}
