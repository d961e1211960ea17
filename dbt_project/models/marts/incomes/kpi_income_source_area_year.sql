{% set sources = {
    'wage': 'wage_income_cny',
    'business': 'net_business_income_cny',
    'property': 'property_income_cny',
    'transfer': 'transfer_income_cny',
} %}

with

sums as (

    select * from {{ ref('int_income_sums') }}

),

by_source as (

    {% for source, column in sources.items() %}
        select
            *,
            '{{ source }}' as income_source,
            {{ column }} as income_cny,
            {{ share(column, 'person_count') }} as income_per_head_cny
        from sums
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

compared as (

    select
        by_source.*,
        previous.income_per_head_cny as previous_per_head_cny,
        {{ share('by_source.net_income_cny', 'by_source.person_count') }}
        - {{ share('previous.net_income_cny', 'previous.person_count') }} as mean_change_cny
    from by_source
    left join by_source as previous
        on
            by_source.income_year = previous.income_year + 1
            and by_source.rollup_area_code = previous.rollup_area_code
            and by_source.group_type = previous.group_type
            and by_source.group_id = previous.group_id
            and by_source.income_source = previous.income_source

),

final as (

    select
        {{ reporting_key(of=none, period='cast(income_year as varchar)') }},
        income_source,
        cast(income_cny as decimal(18, 2)) as income_cny,
        cast(net_income_cny as decimal(18, 2)) as net_income_cny,
        {{ share('income_cny', 'net_income_cny') }} as income_share,
        income_per_head_cny,
        previous_per_head_cny as income_per_head_previous_cny,
        income_per_head_cny - previous_per_head_cny as contribution_per_head_cny,
        mean_change_cny as mean_change_per_head_cny
    from compared

)

select * from final
