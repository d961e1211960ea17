with

problems as (

    select * from {{ ref('stg_rectification_office__problems') }}

),

newest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'rectification'

),

held as (

    select
        problems.*,
        problems.period as list_period,
        {{ period_end('problems.period') }} as list_date,
        coalesce(problems.problem_item, problems.problem_category) as item_name
    from problems
    inner join newest
        on problems.period = newest.period

),

-- How often the same item was found, and where: the ledger's item, else its category.
items as (

    select
        item_name,
        count(*) as problem_count,
        count(distinct area_code) as area_count,
        count(case when closed_date is null then 1 end) as open_count
    from held
    group by item_name

),

in_place as (

    select
        item_name,
        area_code,
        count(*) as problem_count,
        count(case when closed_date is null then 1 end) as open_count
    from held
    group by item_name, area_code

),

final as (

    select
        held.problem_id,
        held.area_code,
        held.problem_source,
        held.problem_category,
        held.item_name as problem_item,
        held.feedback_batch,
        held.supervision_id,
        held.responsible_unit_name,
        cast(held.household_count as bigint) as household_count,
        held.found_date,
        held.due_date,
        held.done_date,
        held.closed_date,
        held.rechecked_date,
        held.proof,
        case
            when held.closed_date is not null then 'closed'
            when held.done_date is not null then 'waiting'
            else 'open'
        end as problem_state,
        held.problem_status,
        cast(items.area_count - 1 as bigint) as elsewhere_area_count,
        cast(items.problem_count - in_place.problem_count as bigint) as elsewhere_problem_count,
        cast(items.open_count - in_place.open_count as bigint) as elsewhere_open_count,
        cast({{ days_between('held.found_date', 'held.closed_date') }} as bigint) as closing_days,
        cast(
            case
                when held.closed_date is null and held.due_date < held.list_date
                    then {{ days_between('held.due_date', 'held.list_date') }}
            end as bigint
        ) as overdue_days,
        held.closed_date is null and held.due_date < held.list_date as is_overdue,
        coalesce(held.recheck_result = '反弹', false) as has_come_back,
        held.closed_date is not null and held.proof is null as is_closed_without_proof,
        -- What the ledger's own status says against its dates.
        (held.problem_status = '已销号') <> (held.closed_date is not null) as is_status_contradicted,
        held.list_period,
        held.receipt_id,
        held.source_sheet,
        held.source_row
    from held
    left join items
        on held.item_name = items.item_name
    left join in_place
        on
            held.item_name = in_place.item_name
            and held.area_code = in_place.area_code

)

select * from final
