with

hits as (

    select * from {{ ref('int_lead_hits') }}

),

-- One hit stands for the household: the one that exit explains least, then the dearest, then the newest.
ranked as (

    select
        *,
        row_number() over (
            partition by period, household_key, lead_kind
            order by
                case lead_scope when 'after_exit' then 2 when 'unknown_date' then 1 else 0 end,
                coalesce(price_cny, 0) desc,
                event_date desc nulls last,
                receipt_id asc,
                source_sheet asc,
                source_row asc
        ) as preference
    from hits

),

counted as (

    select
        period,
        household_key,
        lead_kind,
        count(*) as hit_count,
        count(distinct person_key) as person_count,
        min(event_date) as first_event_date,
        max(event_date) as last_event_date
    from hits
    group by period, household_key, lead_kind

),

final as (

    select
        ranked.period,
        ranked.household_key,
        ranked.lead_kind,
        ranked.area_code,
        ranked.lead_scope,
        ranked.item,
        ranked.item_detail,
        cast(ranked.price_cny as decimal(18, 2)) as price_cny,
        cast(ranked.price_min_cny as decimal(18, 2)) as price_min_cny,
        case
            when ranked.lead_kind = 'vehicle' and ranked.price_min_cny = 0 then 'by_kind'
            when ranked.lead_kind = 'vehicle' and ranked.price_cny is null then 'price_unknown'
            when ranked.lead_kind = 'vehicle' then 'above_threshold'
        end as price_scope,
        cast(ranked.recognised_year as integer) as recognised_year,
        cast(ranked.exit_year as integer) as exit_year,
        cast(counted.hit_count as bigint) as hit_count,
        cast(counted.person_count as bigint) as person_count,
        true as is_lead,
        case when ranked.lead_scope in ('before_exit', 'after_exit') then ranked.lead_scope = 'before_exit' end
            as is_before_exit,
        extract(year from ranked.event_date) < ranked.recognised_year as is_before_recognition,
        ranked.event_date,
        counted.first_event_date,
        counted.last_event_date,
        ranked.receipt_id,
        ranked.source_sheet,
        ranked.source_row
    from ranked
    inner join counted
        on
            ranked.period = counted.period
            and ranked.household_key = counted.household_key
            and ranked.lead_kind = counted.lead_kind
    where ranked.preference = 1

)

select * from final
