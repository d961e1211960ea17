{#
    What `kpi_help_area_month` counts: the part that counts it, and the condition under which it is reported. `all_only`:
    not told by the level of the cadre's unit, because no cadre stands behind it.
#}
{% macro help_measures() %}
    {% set parts = {
        'cadres': {'arrived': 'universe.has_register', 'names': [
            'paired_cadre', 'expected_cadre', 'away_cadre', 'overloaded_cadre', 'paired_household',
        ]},
        'tests': {'source': 'cadres', 'arrived': 'universe.has_register and universe.has_tests', 'names': ['tested_cadre', 'passed_cadre']},
        'duties': {'source': 'cadres', 'arrived': 'universe.has_register and universe.has_visits', 'names': [
            'visiting_cadre', 'plausible_visiting_cadre', 'duty_cadre', 'below_duty_cadre',
        ]},
        'visits': {'arrived': 'universe.has_register and universe.has_visits', 'names': [
            'visit', 'implausible_visit', 'odd_hour_visit', 'odd_upload_visit', 'odd_place_visit', 'too_fast_visit',
            'shared_photo_visit', 'crowded_day_visit', 'visit_problem', 'open_visit_problem',
        ]},
        'households': {'arrived': "universe.has_register and universe.group_type = 'all'", 'names': [
            'registered_household', 'unpaired_household',
        ]},
        'seen': {
            'source': 'households',
            'arrived': "universe.has_register and universe.has_visits and universe.group_type = 'all'",
            'names': ['seen_household', 'unseen_household'],
        },
        'terms': {'arrived': "universe.has_terms and universe.group_type = 'all'", 'names': [
            'resident_term', 'serving_resident', 'team', 'teamed_village', 'sending_unit',
        ]},
    } %}
    {% set measures = [] %}
    {% for part, held in parts.items() %}
        {% for name in held.names %}
            {% do measures.append({
                'name': name ~ '_count', 'part': held.source or part, 'arrived': held.arrived,
            }) %}
        {% endfor %}
    {% endfor %}
    {% do return(measures) %}
{% endmacro %}
