with

scores as (

    select * from {{ ref('stg_inspection__area_scores') }}

),

months as (

    select * from {{ ref('int_months') }}

),

rules as (

    select * from {{ ref('ranking_rules') }}

),

townships as (

    select distinct
        period,
        area_code
    from scores

),

list_rules as (

    {{ parameters_of_villages(
        'rules',
        'townships',
        columns=['list_kind', 'place_count', 'consecutive_count'],
        per=['list_kind']
    ) }}

),

-- One row per township and month, so that a list without a rule is null and reads as "no such list".
limits as (

    select
        period,
        area_code,
        max(case when list_kind = 'rewarded' then place_count end) as rewarded_place_count,
        max(case when list_kind = 'promoted' then place_count end) as promoted_place_count,
        max(case when list_kind = 'criticised' then place_count end) as criticised_place_count,
        max(case when list_kind = 'sanctioned' then place_count end) as sanctioned_place_count,
        max(case when list_kind = 'sanctioned' then consecutive_count end) as sanctioned_month_count
    from list_rules
    group by period, area_code

),

totals as (

    select
        scores.period,
        scores.responsibility_area_id,
        min(months.previous_period) as previous_period,
        substr(scores.period, 1, 4) || case when min(months.month_number) <= 6 then '-H1' else '-H2' end as half_year,
        min(scores.responsibility_area_name) as responsibility_area_name,
        min(scores.area_code) as area_code,
        sum(scores.item_score) as total_score,
        sum(scores.full_score) as full_score,
        -- The item with the most points lost, the first by name among equals.
        min_by(scores.score_item, struct_pack(lost := scores.item_score - scores.full_score, item := scores.score_item))
            as weakest_item,
        string_agg(distinct scores.deduction_reason, '；' order by scores.deduction_reason) as deduction_reasons,
        {{ first_address(of='scores') }}
    from scores
    inner join months
        on scores.period = months.period
    group by scores.period, scores.responsibility_area_id

),

ranked as (

    select
        *,
        -- Equal scores share a rank and the next rank is skipped, from both ends.
        rank() over (partition by period order by total_score desc) as score_rank,
        rank() over (partition by period order by total_score) as rank_from_below,
        count(*) over (partition by period) as area_count,
        count(*) over (partition by period, total_score) as tied_count,
        avg(total_score) over (
            partition by responsibility_area_id, half_year
            order by period rows between unbounded preceding and current row
        ) as half_year_score
    from totals

),

halves as (

    select
        *,
        rank() over (partition by period order by half_year_score desc) as half_year_rank
    from ranked

),

moves as (

    select
        latest.period,
        latest.responsibility_area_id,
        latest.score_item,
        latest.item_score - earlier.item_score as item_change,
        row_number() over (
            partition by latest.period, latest.responsibility_area_id
            order by abs(latest.item_score - earlier.item_score) desc, latest.score_item
        ) as place
    from scores as latest
    inner join months
        on latest.period = months.period
    inner join scores as earlier
        on
            months.previous_period = earlier.period
            and latest.responsibility_area_id = earlier.responsibility_area_id
            and latest.score_item = earlier.score_item

),

compared as (

    select
        halves.*,
        limits.rewarded_place_count,
        limits.promoted_place_count,
        limits.criticised_place_count,
        limits.sanctioned_month_count,
        earlier.total_score as previous_score,
        earlier.score_rank as previous_rank,
        halves.rank_from_below <= limits.sanctioned_place_count as is_at_bottom,
        case when moves.item_change <> 0 then moves.score_item end as moved_item,
        case when moves.item_change <> 0 then moves.item_change end as moved_item_change
    from halves
    left join limits
        on
            halves.period = limits.period
            and halves.area_code = limits.area_code
    left join ranked as earlier
        on
            halves.previous_period = earlier.period
            and halves.responsibility_area_id = earlier.responsibility_area_id
    left join moves
        on
            halves.period = moves.period
            and halves.responsibility_area_id = moves.responsibility_area_id
            and moves.place = 1

),

-- A run of months at the bottom ends with a month that is better or was not scored.
numbered as (

    select
        *,
        cast(substr(period, 1, 4) as integer) * 12 + cast(substr(period, 6, 2) as integer)
        - row_number() over (partition by responsibility_area_id, is_at_bottom order by period) as run_id
    from compared

),

runs as (

    select
        *,
        case
            when is_at_bottom
                then
                    row_number() over (
                        partition by responsibility_area_id, is_at_bottom, run_id
                        order by period
                    )
            when is_at_bottom is not null then 0
        end as bottom_month_count
    from numbered

),

final as (

    select
        period,
        responsibility_area_id,
        responsibility_area_name,
        area_code,
        cast(total_score as decimal(18, 4)) as total_score,
        cast(full_score as decimal(18, 4)) as full_score,
        cast(score_rank as bigint) as score_rank,
        cast(rank_from_below as bigint) as rank_from_below,
        cast(tied_count as bigint) as tied_count,
        cast(area_count as bigint) as area_count,
        cast(previous_score as decimal(18, 4)) as previous_score,
        cast(total_score - previous_score as decimal(18, 4)) as score_change,
        cast(previous_rank as bigint) as previous_rank,
        -- Positive: moved up.
        cast(previous_rank - score_rank as bigint) as rank_change,
        moved_item,
        cast(moved_item_change as decimal(18, 4)) as moved_item_change,
        weakest_item,
        deduction_reasons,
        half_year,
        cast(half_year_score as double) as half_year_score,
        cast(half_year_rank as bigint) as half_year_rank,
        cast(bottom_month_count as bigint) as bottom_month_count,
        cast(rewarded_place_count as bigint) as rewarded_place_count,
        cast(promoted_place_count as bigint) as promoted_place_count,
        cast(criticised_place_count as bigint) as criticised_place_count,
        cast(sanctioned_month_count as bigint) as sanctioned_month_count,
        score_rank <= rewarded_place_count as is_rewarded,
        half_year_rank <= promoted_place_count as is_promoted,
        rank_from_below <= criticised_place_count as is_criticised,
        bottom_month_count >= sanctioned_month_count as is_sanctioned,
        receipt_id,
        source_sheet,
        source_row
    from runs

)

select * from final
