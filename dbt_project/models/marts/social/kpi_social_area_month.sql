{% set measures = social_measures() %}
{% set feeds = [
    'dibao', 'tekun', 'disabled', 'special_care', 'subsidy_payment', 'temporary_aid', 'person_register',
    'household_register',
] %}

with

cells as (

    select * from {{ ref('int_social_cells') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

arrived as (

    select
        {% for feed in feeds %}
            max(case when feed = '{{ feed }}' then 1 else 0 end) = 1 as has_{{ feed }},
        {% endfor %}
        period
    from {{ ref('int_feed_periods') }}
    group by period

),

periods as (

    select *
    from arrived
    where has_dibao or has_tekun or has_disabled or has_special_care or has_subsidy_payment or has_temporary_aid

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

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        periods.*,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from periods
    inner join rollup_areas
        on {{ every_division('periods.period') }}
    cross join groups

),

sums as (

    select
        period,
        area_id,
        group_type,
        {% for measure in measures %}
            sum({{ measure.name }}) as {{ measure.name }},
        {% endfor %}
        group_id
    from cells
    group by period, area_id, group_type, group_id

),

-- Aid since the first ledger, up to each month for which one came.
cumulated as (

    select
        periods.period,
        sums.area_id,
        sums.group_type,
        sums.group_id,
        sum(sums.registered_aid_time_count) as cumulative_registered_aid_time_count,
        sum(sums.registered_aid_cny) as cumulative_registered_aid_cny
    from periods
    inner join sums
        on periods.period >= sums.period
    where periods.has_temporary_aid
    group by periods.period, sums.area_id, sums.group_type, sums.group_id

),

measured as (

    select
        universe.*,
        {% for measure in measures %}
            case when {{ social_is_told(measure) }} then coalesce(sums.{{ measure.name }}, 0) end as {{ measure.name }},
        {% endfor %}
        {% for name in ['cumulative_registered_aid_time_count', 'cumulative_registered_aid_cny'] %}
            case
                when universe.has_temporary_aid and universe.group_type = 'all' then coalesce(cumulated.{{ name }}, 0)
            end as {{ name }},
        {% endfor %}
        case
            when universe.has_household_register and universe.group_type = 'all'
                then coalesce(households.listed_household_count, 0)
        end as listed_household_count
    from universe
    left join sums
        on {{ of_the_same_division('sums') }}
    left join cumulated
        on {{ of_the_same_division('cumulated') }}
    left join households
        on
            universe.period = households.period
            and universe.rollup_area_code = households.area_id

),

final as (

    select
        {{ reporting_key(of=none) }},
        {% for measure in measures if measure.name.endswith('_count') %}
            cast({{ measure.name }} as bigint) as {{ measure.name }},
        {% endfor %}
        {% for name in ['cumulative_registered_aid_time_count', 'listed_household_count'] %}
            cast({{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(living_subsidy_count + nursing_subsidy_count as bigint) as disability_subsidy_count,
        {% for measure in measures if measure.name.endswith('_cny') %}
            cast({{ measure.name }} as decimal(18, 2)) as {{ measure.name }},
        {% endfor %}
        cast(cumulative_registered_aid_cny as decimal(18, 2)) as cumulative_registered_aid_cny,
        {{ share('supported_registered_household_count', 'listed_household_count') }} as supported_registered_share
    from measured

)

select * from final
