with

quotas as (

    select * from {{ ref('stg_finance__fund_quotas') }}

),

areas as (

    select * from {{ source('run', 'reference_areas') }}

),

-- What names the county as its recipient is its own departments' money, which has a township-level row of its own.
county_units as (

    select distinct
        area_code,
        parent_code as county_code
    from areas
    where
        area_level = 'township'
        and area_code = substr(parent_code, 1, 6) || '000001'

),

last_lists as (

    select
        list_year,
        max(period) as last_period
    from quotas
    group by list_year

),

-- Each list repeats the year's earlier quotas, so only a year's last one counts.
ranked as (

    select
        quotas.*,
        row_number() over (partition by quotas.quota_id order by quotas.period desc) as recency
    from quotas
    inner join last_lists
        on
            quotas.list_year = last_lists.list_year
            and quotas.period = last_lists.last_period

),

final as (

    select
        ranked.quota_id,
        coalesce(county_units.area_code, ranked.area_code) as area_code,
        ranked.document_number,
        ranked.batch_name,
        ranked.document_number || ' ' || ranked.batch_name as batch_id,
        ranked.fund_level,
        ranked.fund_source,
        ranked.fund_use,
        ranked.integrated_item_name,
        ranked.budget_year,
        ranked.allocated_cny,
        ranked.arrived_cny,
        coalesce(ranked.is_integrated, false) as is_integrated,
        ranked.issued_date,
        -- Money without a date of arrival had arrived when the list was closed.
        case
            when ranked.arrived_cny > 0 then coalesce(ranked.arrived_date, {{ period_end('ranked.period') }})
        end as arrived_date,
        ranked.period,
        ranked.receipt_id
    from ranked
    left join county_units
        on ranked.area_code = county_units.county_code
    where ranked.recency = 1

)

select * from final
