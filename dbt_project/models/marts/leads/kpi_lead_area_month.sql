{% set kinds = ['real_estate', 'vehicle', 'public_payroll', 'business_entity', 'reported_dead'] %}
{% set scopes = ['before_exit', 'after_exit', 'unknown_date', 'still_listed'] %}

with

leads as (

    select * from {{ ref('fct_asset_lead') }}

),

lead_periods as (

    select * from {{ ref('int_lead_periods') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

households as (

    select
        snapshots.period,
        rollup_areas.rollup_area_code as area_id,
        count(*) as listed_household_count
    from {{ ref('int_household_snapshots') }} as snapshots
    inner join rollup_areas
        on
            snapshots.period = rollup_areas.period
            and snapshots.area_code = rollup_areas.area_code
    group by snapshots.period, rollup_areas.rollup_area_code

),

placed as (

    select
        leads.period,
        leads.household_key,
        leads.lead_kind,
        leads.lead_scope,
        leads.hit_count,
        rollup_areas.rollup_area_code as area_id
    from leads
    inner join rollup_areas
        on
            leads.period = rollup_areas.period
            and leads.area_code = rollup_areas.area_code

),

counted as (

    {% for by_kind in [true, false] %}
        select
            period,
            area_id,
            '{{ "lead_kind" if by_kind else "all" }}' as group_type,
            {{ "lead_kind" if by_kind else "'all'" }} as group_id,
            count(distinct household_key) as lead_household_count,
            {% for scope in scopes %}
                count(distinct case when lead_scope = '{{ scope }}' then household_key end)
                    as {{ scope }}_household_count,
            {% endfor %}
            sum(hit_count) as hit_count
        from placed
        group by period, area_id{{ ", lead_kind" if by_kind }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {% for kind in kinds %}
        select
            'lead_kind' as group_type,
            '{{ kind }}' as group_id
        union all
    {% endfor %}
    select
        'all' as group_type,
        'all' as group_id

),

months as (

    select
        period,
        count(*) as reported_kind_count
    from lead_periods
    group by period

),

universe as (

    select distinct
        months.period,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id,
        months.reported_kind_count,
        groups.group_type = 'all' or lead_periods.lead_kind is not null as is_reported
    from months
    inner join rollup_areas
        on {{ every_division('months.period') }}
    cross join groups
    left join lead_periods
        on
            months.period = lead_periods.period
            and groups.group_id = lead_periods.lead_kind

),

final as (

    select
        {{ reporting_key() }},
        cast(coalesce(households.listed_household_count, 0) as bigint) as listed_household_count,
        {% for name in ['lead'] + scopes %}
            cast(case when universe.is_reported then coalesce(counted.{{ name }}_household_count, 0) end as bigint)
                as {{ name }}_household_count,
        {% endfor %}
        cast(case when universe.is_reported then coalesce(counted.hit_count, 0) end as bigint) as hit_count,
        cast(
            case when universe.group_type = 'all' then universe.reported_kind_count end as bigint
        ) as reported_kind_count,
        {{ share(
            'case when universe.is_reported then coalesce(counted.lead_household_count, 0) end',
            'households.listed_household_count'
        ) }} as lead_household_share
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}
    left join households
        on
            universe.period = households.period
            and universe.rollup_area_code = households.area_id

)

select * from final
