with

projects as (

    select * from {{ ref('stg_rural_revitalisation__projects') }}

),

months as (

    select * from {{ ref('int_months') }}

),

limits as (

    select * from {{ ref('project_stage_limits') }}

),

libraries as (

    select
        min(period) as first_period,
        max(period) as last_period
    from {{ ref('int_feed_periods') }}
    where feed = 'project_library'

),

-- The library repeats its projects: the newest line of each tells its whole way.
ranked as (

    select
        projects.*,
        row_number() over (partition by projects.project_id order by projects.period desc) as recency
    from projects

),

monthly as (

    select
        ranked.*,
        months.period as as_of_month,
        months.period_end_date,
        libraries.last_period,
        coalesce(ranked.forms_asset, true) as is_asset_due
    from ranked
    inner join libraries
        on ranked.recency = 1
    inner join months
        on
            months.period between libraries.first_period and libraries.last_period
            and ranked.entered_date <= months.period_end_date

),

staged as (

    select
        *,
        case
            when removed_date <= period_end_date then 'removed'
            when settled_date <= period_end_date and (not is_asset_due or handed_over_date <= period_end_date)
                then 'settled'
            when handed_over_date <= period_end_date then 'asset_registered'
            when accepted_date <= period_end_date then 'accepted'
            when finished_date <= period_end_date then 'completed'
            when started_date <= period_end_date then 'in_implementation'
            when approved_date <= period_end_date then 'approved'
            else 'reserve'
        end as project_stage
    from monthly

),

dated as (

    select
        *,
        case project_stage
            when 'removed' then removed_date
            when 'settled' then greatest(settled_date, coalesce(handed_over_date, settled_date))
            when 'asset_registered' then handed_over_date
            when 'accepted' then accepted_date
            when 'completed' then finished_date
            when 'in_implementation' then started_date
            when 'approved' then approved_date
            else entered_date
        end as stage_since_date
    from staged

),

limited as (

    select
        dated.*,
        limits.limit_days,
        row_number() over (
            partition by dated.project_id, dated.as_of_month
            order by limits.region desc, limits.valid_from desc
        ) as preference
    from dated
    left join limits
        on
            dated.project_stage = limits.stage
            and {{ region_applies('limits.region', 'dated.area_code') }}
            and dated.period_end_date >= limits.valid_from
            and (dated.period_end_date <= limits.valid_to or limits.valid_to is null)

),

final as (

    select
        project_id,
        area_code,
        project_name,
        project_kind,
        reported_state,
        supervising_office,
        responsible_office,
        contractor_name,
        contract_number,
        benefit_mechanism,
        removal_reason,
        budget_cny,
        central_cny,
        provincial_cny,
        prefectural_cny,
        county_cny,
        social_cny,
        contract_cny,
        settled_cny,
        benefit_household_count,
        benefit_person_count,
        benefit_poor_household_count,
        benefit_poor_person_count,
        plan_year,
        entered_date,
        approved_date,
        tendered_date,
        started_date,
        finished_date,
        accepted_date,
        handed_over_date,
        settled_date,
        removed_date,
        period,
        receipt_id,
        source_sheet,
        source_row,
        as_of_month,
        is_asset_due,
        project_stage,
        stage_since_date,
        limit_days,
        {{ days_between('stage_since_date', 'period_end_date') }} as stage_days,
        coalesce({{ days_between('stage_since_date', 'period_end_date') }} > limit_days, false) as is_stuck,
        coalesce(started_date <= period_end_date, false) as is_started,
        project_stage = 'accepted' and is_asset_due as is_accepted_without_asset,
        period < last_period and removed_date is null as is_missing_in_last_list
    from limited
    where preference = 1

)

select * from final
