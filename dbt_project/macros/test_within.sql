{# Fails with every row that has a value of `columns` outside [at_least, at_most]; null is "not reported" and passes. #}
{% test within(model, columns, at_least=none, at_most=none) %}
    select {{ columns | join(', ') }}
    from {{ model }}
    where
        false
        {%- for column in columns %}
            {%- if at_least is not none %}
                or {{ column }} < {{ at_least }}
            {%- endif %}
            {%- if at_most is not none %}
                or {{ column }} > {{ at_most }}
            {%- endif %}
        {%- endfor %}
{% endtest %}
