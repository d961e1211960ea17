with

quota_months as (

    select * from {{ ref('int_fund_quota_months') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

group_types as (

    select 'all' as group_type
    union all
    select 'source_level' as group_type
    union all
    select 'batch' as group_type
    union all
    select 'use' as group_type

),

grouped as (

    select
        quota_months.*,
        group_types.group_type,
        case group_types.group_type
            when 'source_level' then quota_months.fund_level
            when 'batch' then quota_months.batch_id
            when 'use' then quota_months.fund_use
            else 'all'
        end as group_id
    from quota_months
    cross join group_types

),

final as (

    select
        grouped.fund_scope,
        grouped.period,
        rollup_areas.rollup_area_code as area_id,
        grouped.group_type,
        grouped.group_id,
        {% for measure in ['allocated_cny', 'arrived_cny', 'paid_final_cny', 'transferred_cny', 'unspent_cny'] %}
            sum(grouped.{{ measure }}) as {{ measure }},
        {% endfor %}
        {% for age in ['under_1_year', '1_to_2_years', 'over_2_years'] %}
            sum(case when grouped.carry_over_age = '{{ age }}' then grouped.unspent_cny else 0 end)
                as carry_over_{{ age }}_cny,
        {% endfor %}
        sum(case when grouped.is_integrated then grouped.allocated_cny else 0 end) as integrated_allocated_cny,
        sum(grouped.quota_count) as quota_count,
        count(
            distinct case
                when grouped.is_integrated and grouped.quota_count > 0
                    then grouped.fund_level || ' ' || grouped.integrated_item_name
            end
        ) as item_count,
        min(grouped.arrived_date) as first_arrived_date
    from grouped
    inner join rollup_areas
        on
            grouped.period = rollup_areas.period
            and grouped.area_code = rollup_areas.area_code
    group by
        grouped.fund_scope,
        grouped.period,
        rollup_areas.rollup_area_code,
        grouped.group_type,
        grouped.group_id

)

select * from final
