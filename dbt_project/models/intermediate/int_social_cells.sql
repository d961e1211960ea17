{% set measures = social_measures() %}
{% set parts = ['benefits', 'care', 'register', 'leads'] %}

with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

people as (

    select * from {{ ref('int_benefit_people') }}

),

duties as (

    select * from {{ ref('care_duties') }}

),

villages as (

    select distinct
        period,
        area_code
    from rollup_areas
    where area_level = 'village'

),

duties_of_villages as (

    {{ parameters_of_villages(
        'duties',
        'villages',
        columns=['disability_extent', 'weekly_visit_min'],
        per=['disability_extent']
    ) }}

),

numbered as (

    select
        *,
        record_kind = 'list' and benefit in ('dibao', 'tekun') as is_supported,
        case when is_in_register then 'registered' else 'outside' end as register_scope,
        case when benefit = 'dibao' and record_kind = 'list' then benefit_class end as dibao_class,
        row_number() over (
            partition by period, benefit, record_kind, applicant_key
            order by receipt_id, source_sheet, source_row
        ) as applicant_number,
        row_number() over (
            partition by period, person_key, record_kind = 'list' and benefit in ('dibao', 'tekun')
            order by receipt_id, source_sheet, source_row
        ) as supported_person_number,
        row_number() over (
            partition by period, household_key, record_kind = 'list' and benefit in ('dibao', 'tekun')
            order by receipt_id, source_sheet, source_row
        ) as supported_household_number
    from {{ ref('fct_social_benefit') }}

),

care as (

    select
        special_care.*,
        people.area_code,
        duties_of_villages.weekly_visit_min
    from {{ ref('stg_civil_affairs__special_care') }} as special_care
    inner join people
        on
            special_care.period = people.period
            and special_care.person_key = people.person_key
    left join duties_of_villages
        on
            special_care.period = duties_of_villages.period
            and people.area_code = duties_of_villages.area_code
            and special_care.disability_extent = duties_of_villages.disability_extent

),

on_dibao as (

    select distinct
        period,
        person_key
    from {{ ref('fct_social_benefit') }}
    where
        benefit = 'dibao'
        and record_kind = 'list'

),

dibao_periods as (

    select period
    from {{ ref('int_feed_periods') }}
    where feed = 'dibao'

),

register as (

    select
        persons.period,
        persons.area_code,
        coalesce(persons.dibao_type in ('城市低保', '农村低保'), false) as has_dibao,
        on_dibao.person_key is not null as is_on_dibao
    from {{ ref('stg_rural_revitalisation__persons') }} as persons
    inner join dibao_periods
        on persons.period = dibao_periods.period
    left join on_dibao
        on
            persons.period = on_dibao.period
            and persons.person_key = on_dibao.person_key
    where persons.is_listed

),

leads as (

    select * from {{ ref('fct_payment_lead') }}

),

{% for part in parts %}
    {% set own = measures | selectattr('part', 'equalto', part) | list %}
    {% set letter = {'benefits': 'b', 'care': 'c', 'register': 'r', 'leads': 'p'}[part] %}
    {% set columns = social_groups() | selectattr('part', 'equalto', part) | map(attribute='column') | list %}
    {{ part }}_of_villages as (

        select
            {{ letter }}.period,
            {% for column in columns %}
                {{ letter }}.{{ column }},
            {% endfor %}
            {% for measure in own %}
                sum({{ measure.value }}) as {{ measure.name }},
            {% endfor %}
            {{ letter }}.area_code
        from {{ 'numbered' if part == 'benefits' else part }} as {{ letter }}
        group by
            {{ letter }}.period,
            {{ letter }}.area_code
            {%- for column in columns %}, {{ letter }}.{{ column }}{% endfor %}

    ),
{% endfor %}

final as (

    {% for part in parts %}
        {% set groups = social_groups() | selectattr('part', 'equalto', part) | list %}
        {% for group in [{'type': 'all', 'column': none}] + groups %}
            select
                sums.period,
                rollup_areas.rollup_area_code as area_id,
                '{{ part }}' as part,
                '{{ group.type }}' as group_type,
                {% for measure in measures %}
                    {{ "sum(sums." ~ measure.name ~ ")" if measure.part == part else "0" }} as {{ measure.name }},
                {% endfor %}
                {{ "sums." ~ group.column if group.column else "'all'" }} as group_id
            from {{ part }}_of_villages as sums
            inner join rollup_areas
                on
                    sums.period = rollup_areas.period
                    and sums.area_code = rollup_areas.area_code
            {{ "where sums." ~ group.column ~ " is not null" if group.column }}
            group by
                sums.period,
                rollup_areas.rollup_area_code
                {{- ", sums." ~ group.column if group.column }}
            {% if not loop.last %}union all{% endif %}
        {% endfor %}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select * from final
