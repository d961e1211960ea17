-- One row per department and period: how many feeds were due and what became of them; the state is that of the feed
-- that needs most.
{% set states = ['missing', 'refused', 'incomplete', 'late', 'corrected', 'arrived'] %}

with

board as (

    select * from {{ ref('ops_board') }}

),

counted as (

    select
        department_code,
        department_zh,
        department_en,
        period,
        cast(count(*) as bigint) as due_count,
        {% for state in states %}
            cast(count(case when board_state = '{{ state }}' then 1 end) as bigint) as {{ state }}_count,
        {% endfor %}
        cast(sum(resent_count) as bigint) as resent_count,
        max(correction_days) as longest_correction_days
    from board
    group by department_code, department_zh, department_en, period

),

final as (

    select
        department_code,
        department_zh,
        department_en,
        period,
        case
            {% for state in states %}
                when {{ state }}_count > 0 then '{{ state }}'
            {% endfor %}
        end as board_state,
        due_count,
        {% for state in states %}
            {{ state }}_count,
        {% endfor %}
        resent_count,
        longest_correction_days
    from counted

)

select * from final
