{% set kinds = ['after_death', 'double', 'excluding', 'cadre_relative', 'not_entitled'] %}
{% set measures = ['doubt_count', 'concluded_count', 'confirmed_count', 'recovered_payment_count'] %}
{% set amounts = ['doubt_cny', 'confirmed_cny', 'recovered_cny', 'not_recovered_cny'] %}

with

findings as (

    select * from {{ ref('fct_livelihood_finding') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

span as (

    select max(list_period) as period
    from findings

),

-- Only the newest list's month: how a doubt was concluded has no date of its own in it.
placed as (

    select
        findings.*,
        span.period,
        rollup_areas.rollup_area_code as area_id
    from findings
    cross join span
    inner join rollup_areas
        on
            span.period = rollup_areas.period
            and findings.area_code = rollup_areas.area_code

),

counted as (

    {% for by_kind in [true, false] %}
        select
            period,
            area_id,
            '{{ "doubt_kind" if by_kind else "all" }}' as group_type,
            {{ "doubt_kind" if by_kind else "'all'" }} as group_id,
            count(*) as doubt_count,
            count(case when is_concluded then 1 end) as concluded_count,
            count(case when is_confirmed then 1 end) as confirmed_count,
            count(case when is_confirmed and recovered_cny > 0 then 1 end) as recovered_payment_count,
            sum(paid_cny) as doubt_cny,
            sum(case when is_confirmed then paid_cny else 0 end) as confirmed_cny,
            sum(case when is_confirmed then recovered_cny else 0 end) as recovered_cny,
            sum(case when is_confirmed then paid_cny - recovered_cny else 0 end) as not_recovered_cny
        from placed
        group by period, area_id{{ ", doubt_kind" if by_kind }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {% for kind in kinds %}
        select
            'doubt_kind' as group_type,
            '{{ kind }}' as group_id
        union all
    {% endfor %}
    select
        'all' as group_type,
        'all' as group_id

),

universe as (

    select distinct
        months.period,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from span
    inner join months
        on span.period = months.period
    inner join rollup_areas
        on months.period = rollup_areas.period
    cross join groups

),

final as (

    select
        {{ reporting_key() }},
        {% for name in measures %}
            cast(coalesce(counted.{{ name }}, 0) as bigint) as {{ name }},
        {% endfor %}
        {% for name in amounts %}
            cast(coalesce(counted.{{ name }}, 0) as decimal(18, 2)) as {{ name }},
        {% endfor %}
        {{ share('counted.recovered_cny', 'counted.confirmed_cny') }} as recovered_share
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}

)

select * from final
