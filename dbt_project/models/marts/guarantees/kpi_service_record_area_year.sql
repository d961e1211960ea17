-- Tests of drinking water, cases of children out of school and works done, each with how many came to a good end: what
-- was done beside what the lists of guarantees say. Rows stand only for a year of which a file has come.
{% set feeds = {
    'water_test': 'water_quality', 'dropout_case': 'dropout_control', 'works': 'infrastructure_works',
} %}

with

deliveries as (

    select
        feed,
        substr(period, 1, 4) as period,
        max(period) as last_period
    from {{ ref('int_feed_periods') }}
    where feed in ('water_quality', 'dropout_control', 'infrastructure_works')
    group by feed, substr(period, 1, 4)

),

-- The place where the register lists a child; others have no place here and stand in no row.
members as (

    select
        person_key,
        max_by(area_code, last_period) as area_code
    from {{ ref('dim_person') }}
    where person_key is not null
    group by person_key

),

records as (

    select
        'water_test' as group_type,
        substr(period, 1, 4) as period,
        area_code,
        coalesce(sample_point, 'unknown') as kind,
        test_result = '合格' as is_done,
        cast(null as bigint) as beneficiary_count,
        cast(null as decimal(18, 2)) as investment_cny
    from {{ ref('stg_water__water_tests') }}
    union all
    -- A list of cases tells of all that are open: the newest of the year.
    select
        'dropout_case' as group_type,
        deliveries.period,
        members.area_code,
        coalesce(cases.control_method, 'unknown') as kind,
        cases.case_state = '已复学' as is_done,
        cast(null as bigint) as beneficiary_count,
        cast(null as decimal(18, 2)) as investment_cny
    from {{ ref('stg_education__dropout_cases') }} as cases
    inner join deliveries
        on
            cases.period = deliveries.last_period
            and deliveries.feed = 'dropout_control'
    inner join members
        on cases.person_key = members.person_key
    union all
    select
        'works' as group_type,
        substr(period, 1, 4) as period,
        area_code,
        coalesce(works_kind, 'unknown') as kind,
        finished_date is not null as is_done,
        cast(beneficiary_count as bigint) as beneficiary_count,
        investment_cny
    from {{ ref('stg_development_reform__works_done') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

years as (

    select
        substr(period, 1, 4) as period,
        max(period) as last_month
    from rollup_areas
    group by substr(period, 1, 4)

),

counted as (

    {% for by_kind in ['', ', records.kind'] %}
        select
            records.period,
            rollup_areas.rollup_area_code as area_id,
            records.group_type,
            {{ "records.kind" if by_kind else "'all'" }} as group_id,
            count(*) as record_count,
            count(case when records.is_done then 1 end) as done_count,
            sum(records.beneficiary_count) as beneficiary_count,
            sum(records.investment_cny) as investment_cny
        from records
        inner join years
            on records.period = years.period
        inner join rollup_areas
            on
                years.last_month = rollup_areas.period
                and records.area_code = rollup_areas.area_code
        group by records.period, rollup_areas.rollup_area_code, records.group_type{{ by_kind }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {% for type, feed in feeds.items() %}
        select
            period,
            '{{ type }}' as group_type,
            'all' as group_id
        from deliveries
        where feed = '{{ feed }}'
        union
    {% endfor %}
    select distinct
        period,
        group_type,
        kind as group_id
    from records

),

universe as (

    select distinct
        groups.period,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from groups
    inner join years
        on groups.period = years.period
    inner join rollup_areas
        on years.last_month = rollup_areas.period

),

final as (

    select
        {{ reporting_key() }},
        cast(coalesce(counted.record_count, 0) as bigint) as record_count,
        cast(coalesce(counted.done_count, 0) as bigint) as done_count,
        {{ share('counted.done_count', 'counted.record_count') }} as done_share,
        cast(counted.beneficiary_count as bigint) as beneficiary_count,
        cast(counted.investment_cny as decimal(18, 2)) as investment_cny
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}

)

select * from final
