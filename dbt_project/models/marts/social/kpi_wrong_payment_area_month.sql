{% set kinds = {
    'after_death': ['livelihood_inspection', 'subsidy_payment'],
    'double': ['livelihood_inspection', 'subsidy_payment'],
    'excluding': ['livelihood_inspection', 'subsidy_payment'],
    'cadre_relative': ['livelihood_inspection', 'public_payroll'],
    'public_pay': ['public_payroll'],
    'not_entitled': ['livelihood_inspection'],
} %}
{% set counts = ['found_count', 'dismissed_count', 'recovered_count', 'open_count', 'without_amount_count'] %}
{% set amounts = ['found_cny', 'dismissed_cny', 'recovered_cny', 'open_cny'] %}

with

cases as (

    select * from {{ ref('fct_wrong_payment') }}

),

-- All that is known at the end of the run's month: how a case stands has no history in the lists.
months as (

    select max(period) as period
    from {{ ref('int_months') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

deliveries as (

    select distinct feed
    from {{ ref('int_feed_periods') }}

),

-- A kind is reported when one of the feeds that tell of it has come.
groups as (

    {% for kind, feeds in kinds.items() %}
        select
            'payment_kind' as group_type,
            '{{ kind }}' as group_id,
            count(*) > 0 as is_told
        from deliveries
        where feed in ('{{ feeds | join("', '") }}')
        union all
    {% endfor %}
    select
        'all' as group_type,
        'all' as group_id,
        count(*) > 0 as is_told
    from deliveries
    where feed in ('livelihood_inspection', 'subsidy_payment')

),

counted as (

    {% for by_kind in [true, false] %}
        select
            months.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ "payment_kind" if by_kind else "all" }}' as group_type,
            {{ "cases.payment_kind" if by_kind else "'all'" }} as group_id,
            count(*) as found_count,
            count(case when cases.case_state = 'dismissed' then 1 end) as dismissed_count,
            count(case when cases.recovered_cny > 0 then 1 end) as recovered_count,
            count(case when cases.case_state in ('open', 'confirmed') then 1 end) as open_count,
            count(case when cases.paid_cny is null then 1 end) as without_amount_count,
            sum(cases.paid_cny) as found_cny,
            sum(case when cases.case_state = 'dismissed' then cases.paid_cny end) as dismissed_cny,
            sum(cases.recovered_cny) as recovered_cny,
            sum(cases.open_cny) as open_cny
        from cases
        cross join months
        inner join rollup_areas
            on
                months.period = rollup_areas.period
                and cases.area_code = rollup_areas.area_code
        group by months.period, rollup_areas.rollup_area_code{{ ", cases.payment_kind" if by_kind }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

universe as (

    select distinct
        rollup_areas.period,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id,
        groups.is_told
    from months
    inner join rollup_areas
        on months.period = rollup_areas.period
    cross join groups

),

final as (

    select
        {{ reporting_key() }},
        {% for name in counts %}
            cast(case when universe.is_told then coalesce(counted.{{ name }}, 0) end as bigint) as {{ name }},
        {% endfor %}
        {% for name in amounts %}
            cast(case when universe.is_told then coalesce(counted.{{ name }}, 0) end as decimal(18, 2)) as {{ name }},
        {% endfor %}
        {{ period_end('universe.period') }} as as_of_date
    from universe
    left join counted
        on {{ of_the_same_division('counted') }}

)

select * from final
