{#
    Fails with every combination of `columns` that occurs more than once or is incomplete. A row without one of the
    `optional` columns, which a sender may leave out, has no key to be compared by: the reader lets it stand, so here.
#}
{% test unique_key(model, columns, optional=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count
    from {{ model }}
    {%- for column in optional %}
        {{ 'where' if loop.first else 'and' }} {{ column }} is not null
    {%- endfor %}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {%- for column in columns %}
            or {{ column }} is null
        {%- endfor %}
{% endtest %}
