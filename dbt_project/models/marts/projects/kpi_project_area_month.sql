{% set stages = [
    'reserve', 'approved', 'in_implementation', 'completed', 'accepted', 'asset_registered', 'settled', 'removed',
] %}
{% set groups = [['all', "'all'"], ['kind', 'project_kind'], ['stage', 'project_stage'], ['plan_year', 'plan_year']] %}
{% set counts = ['project_count', 'started_count', 'stuck_count', 'accepted_without_asset_count', 'missing_count'] %}
{% set amounts = ['budget', 'central', 'provincial', 'prefectural', 'county', 'social', 'stuck_budget'] %}

with

project_months as (

    select * from {{ ref('int_project_months') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

villages as (

    select
        as_of_month as period,
        area_code,
        project_kind,
        project_stage,
        cast(plan_year as varchar) as plan_year,
        sum(case when project_stage <> 'removed' then 1 else 0 end) as project_count,
        sum(case when is_started and project_stage <> 'removed' then 1 else 0 end) as started_count,
        {% for stage in stages %}
            sum(case when project_stage = '{{ stage }}' then 1 else 0 end) as {{ stage }}_count,
        {% endfor %}
        sum(case when is_stuck then 1 else 0 end) as stuck_count,
        sum(case when is_accepted_without_asset then 1 else 0 end) as accepted_without_asset_count,
        sum(case when is_missing_in_last_list then 1 else 0 end) as missing_count,
        {% for amount in amounts[:-1] %}
            sum(case when project_stage <> 'removed' then coalesce({{ amount }}_cny, 0) else 0 end) as {{ amount }}_cny,
        {% endfor %}
        sum(case when is_stuck then coalesce(budget_cny, 0) else 0 end) as stuck_budget_cny
    from project_months
    group by as_of_month, area_code, project_kind, project_stage, plan_year

),

grouped as (

    {% for type, column in groups %}
        select
            villages.period,
            rollup_areas.rollup_area_code as area_id,
            {% for measure in counts %}
                sum(villages.{{ measure }}) as {{ measure }},
            {% endfor %}
            {% for stage in stages %}
                sum(villages.{{ stage }}_count) as {{ stage }}_count,
            {% endfor %}
            {% for amount in amounts %}
                sum(villages.{{ amount }}_cny) as {{ amount }}_cny,
            {% endfor %}
            '{{ type }}' as group_type,
            {{ column if type == 'all' else 'villages.' ~ column }} as group_id
        from villages
        inner join rollup_areas
            on
                villages.period = rollup_areas.period
                and villages.area_code = rollup_areas.area_code
        group by
            villages.period,
            rollup_areas.rollup_area_code
            {{- ', villages.' ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    select distinct
        group_type,
        group_id
    from grouped
    where group_type <> 'all'

),

areas as (

    select distinct
        rollup_areas.period,
        {{ division_of('rollup_areas') }}
    from rollup_areas
    where
        rollup_areas.area_level = 'village'
        and rollup_areas.period in (select villages.period from villages)

),

-- Every division has its total; the parts stand from the township up.
universe as (

    select
        areas.*,
        'all' as group_type,
        'all' as group_id
    from areas
    union all
    select
        areas.*,
        groups.group_type,
        groups.group_id
    from areas
    cross join groups
    where areas.rollup_area_level <> 'village'

),

final as (

    select
        {{ reporting_key() }},
        {% for measure in counts %}
            cast(coalesce(grouped.{{ measure }}, 0) as bigint) as {{ measure }},
        {% endfor %}
        {% for stage in stages %}
            cast(coalesce(grouped.{{ stage }}_count, 0) as bigint) as {{ stage }}_count,
        {% endfor %}
        {% for amount in amounts %}
            cast(coalesce(grouped.{{ amount }}_cny, 0) as decimal(18, 2)) as {{ amount }}_cny,
        {% endfor %}
        {{ share('grouped.stuck_count', 'grouped.project_count') }} as stuck_share
    from universe
    left join grouped
        on {{ of_the_same_division('grouped') }}

)

select * from final
