{% set flags = [
    ('registered', 'is_in_register'), ('double', 'is_double'), ('payroll', 'is_on_payroll'), ('away', 'is_away'),
] %}

with

posts as (

    select * from {{ ref('fct_public_post') }}
    where is_holding

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

register_posts as (

    select * from {{ ref('int_public_posts') }}

),

-- What else had arrived decides between null and 0.
ledgers as (

    select
        ledger.period,
        max(case when other.feed = 'person_register' and other.period = ledger.period then 1 else 0 end) = 1
            as has_registered,
        max(case when other.feed = 'public_payroll' then 1 else 0 end) = 1 as has_payroll,
        max(case when other.feed = 'employment_done' and other.period = ledger.period then 1 else 0 end) = 1 as has_away
    from feed_periods as ledger
    inner join feed_periods as other
        on ledger.period >= other.period
    where ledger.feed = 'public_posts'
    group by ledger.period

),

cells as (

    {% for type, column in [('all', "'all'"), ('post_kind', 'posts.post_kind')] %}
        select
            posts.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ column }} as group_id,
            count(*) as post_count,
            count(distinct posts.person_key) as holder_count,
            {% for name, flag in flags %}
                count(distinct case when posts.{{ flag }} then posts.person_key end) as {{ name }}_holder_count,
            {% endfor %}
            sum(posts.monthly_subsidy_cny) as monthly_subsidy_cny
        from posts
        inner join rollup_areas
            on
                posts.period = rollup_areas.period
                and posts.area_code = rollup_areas.area_code
        group by posts.period, rollup_areas.rollup_area_code{{ ", " ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        ledgers.*,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from ledgers
    inner join rollup_areas
        on {{ every_division('ledgers.period') }}
    cross join groups

),

final as (

    select
        {{ reporting_key() }},
        cast(coalesce(cells.post_count, 0) as bigint) as post_count,
        cast(coalesce(cells.holder_count, 0) as bigint) as holder_count,
        cast(case when universe.has_registered then coalesce(cells.registered_holder_count, 0) end as bigint)
            as registered_holder_count,
        cast(coalesce(cells.double_holder_count, 0) as bigint) as double_holder_count,
        cast(case when universe.has_payroll then coalesce(cells.payroll_holder_count, 0) end as bigint)
            as payroll_holder_count,
        cast(case when universe.has_away then coalesce(cells.away_holder_count, 0) end as bigint) as away_holder_count,
        cast(
            case
                when universe.has_registered and universe.group_type = 'all'
                    then coalesce(register_posts.public_post_count, 0)
            end as bigint
        ) as register_post_count,
        cast(coalesce(cells.monthly_subsidy_cny, 0) as decimal(18, 2)) as monthly_subsidy_cny,
        cast({{ share('cells.monthly_subsidy_cny * 12', 'cells.post_count') }} as decimal(18, 2))
            as mean_yearly_subsidy_cny
    from universe
    left join cells
        on {{ of_the_same_division('cells') }}
    left join register_posts
        on
            universe.period = register_posts.period
            and universe.rollup_area_code = register_posts.area_id

)

select * from final
