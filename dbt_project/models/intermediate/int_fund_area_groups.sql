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

final as (

    select
        quota_months.fund_scope,
        quota_months.period,
        rollup_areas.rollup_area_code as area_id,
        group_types.group_type,
        case group_types.group_type
            when 'source_level' then quota_months.fund_level
            when 'batch' then quota_months.batch_id
            when 'use' then quota_months.fund_use
            else 'all'
        end as group_id,
        {% for measure in ['allocated_cny', 'arrived_cny', 'paid_final_cny', 'transferred_cny', 'unspent_cny'] %}
            sum(quota_months.{{ measure }}) as {{ measure }},
        {% endfor %}
        {% for age in ['under_1_year', '1_to_2_years', 'over_2_years'] %}
            sum(case when quota_months.carry_over_age = '{{ age }}' then quota_months.unspent_cny else 0 end)
                as carry_over_{{ age }}_cny,
        {% endfor %}
        sum(case when quota_months.is_integrated then quota_months.allocated_cny else 0 end)
            as integrated_allocated_cny,
        sum(quota_months.quota_count) as quota_count,
        count(
            distinct case
                when quota_months.is_integrated and quota_months.quota_count > 0
                    then quota_months.fund_level || ' ' || quota_months.integrated_item_name
            end
        ) as item_count,
        min(quota_months.arrived_date) as first_arrived_date
    from quota_months
    inner join rollup_areas
        on
            quota_months.period = rollup_areas.period
            and quota_months.area_code = rollup_areas.area_code
    cross join group_types
    group by
        quota_months.fund_scope,
        quota_months.period,
        rollup_areas.rollup_area_code,
        group_types.group_type,
        case group_types.group_type
            when 'source_level' then quota_months.fund_level
            when 'batch' then quota_months.batch_id
            when 'use' then quota_months.fund_use
            else 'all'
        end

)

select * from final
