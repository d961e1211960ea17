{% set quota_measures = ['allocated_cny', 'arrived_cny', 'integrated_allocated_cny', 'item_count', 'quota_count'] %}
{% set payment_measures = [
    'paid_final_cny', 'transferred_cny', 'unspent_cny',
    'carry_over_under_1_year_cny', 'carry_over_1_to_2_years_cny', 'carry_over_over_2_years_cny',
] %}

with

coverage as (

    select * from {{ ref('int_fund_coverage') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

sums as (

    select * from {{ ref('int_fund_area_groups') }}

),

bars as (

    select * from {{ ref('spend_bars') }}

),

batch_bars as (

    select * from {{ ref('batch_spend_bars') }}

),

-- Levels and uses stand in every month once an area has had them; a batch only from its first movement on.
standing_groups as (

    select distinct
        area_id,
        group_type,
        group_id
    from sums
    where group_type in ('source_level', 'use')

),

areas as (

    select distinct
        period,
        rollup_area_code,
        rollup_area_level,
        rollup_area_name,
        rollup_parent_code
    from rollup_areas
    where area_level = 'township'

),

universe as (

    select
        coverage.*,
        {{ division_of('areas') }},
        'all' as group_type,
        'all' as group_id
    from coverage
    inner join areas
        on coverage.period = areas.period
    union all
    select
        coverage.*,
        {{ division_of('areas') }},
        standing_groups.group_type,
        standing_groups.group_id
    from coverage
    inner join areas
        on coverage.period = areas.period
    inner join standing_groups
        on areas.rollup_area_code = standing_groups.area_id
    union all
    select
        coverage.*,
        {{ division_of('areas') }},
        sums.group_type,
        sums.group_id
    from coverage
    inner join areas
        on coverage.period = areas.period
    inner join sums
        on
            coverage.period = sums.period
            and coverage.fund_scope = sums.fund_scope
            and areas.rollup_area_code = sums.area_id
    where sums.group_type = 'batch'

),

-- The bar of the smallest region that has one.
area_bars as (

    select
        areas.period,
        areas.rollup_area_code,
        bars.year_end_bar_share,
        row_number() over (
            partition by areas.period, areas.rollup_area_code
            order by bars.region desc, bars.valid_from desc
        ) as preference
    from areas
    inner join bars
        on
            {{ region_applies('bars.region', 'areas.rollup_area_code') }}
            and {{ period_end('areas.period') }} >= bars.valid_from
            and ({{ period_end('areas.period') }} <= bars.valid_to or bars.valid_to is null)

),

measured as (

    select
        universe.*,
        area_bars.year_end_bar_share,
        {% for measure in quota_measures %}
            case when universe.has_quotas then coalesce(sums.{{ measure }}, 0) end as {{ measure }},
        {% endfor %}
        {% for measure in payment_measures %}
            case
                when universe.has_quotas and universe.has_payments then coalesce(sums.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        case
            when universe.has_quotas and universe.group_type = 'batch'
                then {{ days_between('sums.first_arrived_date', 'universe.period_end_date') }}
        end as days_since_arrival,
        case
            when universe.fund_scope = 'current_year' and universe.group_type <> 'batch'
                then {{ share('universe.month_number', '12') }}
        end as calendar_bar_share
    from universe
    left join sums
        on
            universe.period = sums.period
            and universe.fund_scope = sums.fund_scope
            and universe.rollup_area_code = sums.area_id
            and universe.group_type = sums.group_type
            and universe.group_id = sums.group_id
    left join area_bars
        on
            universe.period = area_bars.period
            and universe.rollup_area_code = area_bars.rollup_area_code
            and area_bars.preference = 1

),

grown as (

    select
        measured.*,
        previous.allocated_cny as allocated_previous_cny,
        {{ share('previous.paid_final_cny', 'previous.arrived_cny') }} as spend_rate_previous_share,
        measured.allocated_cny - previous.allocated_cny as allocated_growth_cny
    from measured
    left join measured as previous
        on
            measured.previous_year_period = previous.period
            and measured.fund_scope = previous.fund_scope
            and measured.rollup_area_code = previous.rollup_area_code
            and measured.group_type = previous.group_type
            and measured.group_id = previous.group_id

),

-- The bar of a batch: of the smallest region that has one, for the most days since arrival that are over.
judged as (

    select
        grown.*,
        batch_bars.bar_share as days_bar_share,
        row_number() over (
            partition by
                grown.period, grown.fund_scope, grown.rollup_area_code, grown.group_type, grown.group_id
            order by batch_bars.region desc, batch_bars.valid_from desc, batch_bars.days_from desc
        ) as preference
    from grown
    left join batch_bars
        on
            {{ region_applies('batch_bars.region', 'grown.rollup_area_code') }}
            and grown.days_since_arrival >= batch_bars.days_from
            and grown.period_end_date >= batch_bars.valid_from
            and (grown.period_end_date <= batch_bars.valid_to or batch_bars.valid_to is null)

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        period,
        fund_scope,
        rollup_area_level as area_level,
        rollup_area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        group_type,
        group_id,
        cast(allocated_cny as decimal(18, 2)) as allocated_cny,
        cast(arrived_cny as decimal(18, 2)) as arrived_cny,
        cast(paid_final_cny as decimal(18, 2)) as paid_final_cny,
        cast(transferred_cny as decimal(18, 2)) as transferred_cny,
        cast(unspent_cny as decimal(18, 2)) as unspent_cny,
        {{ share('paid_final_cny', 'arrived_cny') }} as spend_rate_share,
        {{ share('paid_final_cny', 'allocated_cny') }} as paid_allocated_share,
        cast(year_end_bar_share as double) as year_end_bar_share,
        calendar_bar_share,
        spend_rate_previous_share,
        cast(days_bar_share as double) as days_bar_share,
        cast(days_since_arrival as bigint) as days_since_arrival,
        cast(carry_over_under_1_year_cny as decimal(18, 2)) as carry_over_under_1_year_cny,
        cast(carry_over_1_to_2_years_cny as decimal(18, 2)) as carry_over_1_to_2_years_cny,
        cast(carry_over_over_2_years_cny as decimal(18, 2)) as carry_over_over_2_years_cny,
        cast(allocated_previous_cny as decimal(18, 2)) as allocated_previous_cny,
        cast(allocated_growth_cny as decimal(18, 2)) as allocated_growth_cny,
        {{ share('allocated_growth_cny', '(allocated_cny - allocated_growth_cny)') }} as allocated_growth_share,
        cast(integrated_allocated_cny as decimal(18, 2)) as integrated_allocated_cny,
        cast(item_count as bigint) as item_count,
        cast(quota_count as bigint) as quota_count
    from judged
    where preference = 1

)

select * from final
