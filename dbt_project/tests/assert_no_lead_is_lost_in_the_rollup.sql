-- Each household with a lead is counted once per kind in the areas of the highest level.
with

leads as (

    select
        period,
        lead_kind,
        count(*) as household_count
    from {{ ref('fct_asset_lead') }}
    group by period, lead_kind

),

rolled as (

    select
        period,
        group_id,
        sum(lead_household_count) as household_count
    from {{ ref('kpi_lead_area_month') }}
    where
        area_level = {{ top_level() }}
        and group_type = 'lead_kind'
    group by period, group_id

),

final as (

    select
        leads.period,
        leads.lead_kind
    from leads
    left join rolled
        on
            leads.period = rolled.period
            and leads.lead_kind = rolled.group_id
    where leads.household_count <> coalesce(rolled.household_count, 0)

)

select * from final
