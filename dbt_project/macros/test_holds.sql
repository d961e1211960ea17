{# Fails with every row for which `expression` is false; a row for which it is unknown passes. #}
{% test holds(model, expression) %}
    select *
    from {{ model }}
    where not ({{ expression }})
{% endtest %}
