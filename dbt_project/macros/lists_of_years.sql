{#
    The last month of each year in which `feed` arrived, or of which `of` has a row: `calendar_year` as text, `period`.
    A department sends its whole list several times a year, and the last one speaks for the year.
#}
{% macro last_month_of_each_year(feed=none, of=none) %}
    select
        substr(period, 1, 4) as calendar_year,
        max(period) as period
    from {{ of or ref('int_feed_periods') }}
    {% if feed %}where feed = '{{ feed }}'{% endif %}
    group by substr(period, 1, 4)
{%- endmacro %}
