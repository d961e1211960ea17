with

supervisions as (

    select * from {{ ref('stg_inspection__supervisions') }}

),

rules as (

    select * from {{ ref('ranking_rules') }}

),

newest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'supervision'

),

held as (

    select
        supervisions.*,
        supervisions.period as list_period,
        {{ month_of('supervisions.started_date') }} as start_period,
        -- Half a quarter is no ranking.
        {{ add_months("date_trunc('quarter', supervisions.started_date)", 3) }}
        <= {{ add_months(period_start('supervisions.period'), 1) }} as is_whole_quarter,
        extract(year from supervisions.started_date) || '-Q' || extract(quarter from supervisions.started_date)
            as calendar_quarter
    from supervisions
    inner join newest
        on supervisions.period = newest.period

),

places as (

    select distinct
        start_period as period,
        area_code
    from held

),

list_rules as (

    {{ parameters_of_villages('rules', 'places', columns=['list_kind', 'place_count'], per=['list_kind']) }}

),

limits as (

    select
        period,
        area_code,
        max(case when list_kind = 'red' then place_count end) as red_place_count,
        max(case when list_kind = 'black' then place_count end) as black_place_count
    from list_rules
    group by period, area_code

),

-- Units with a score are ranked against each other within their quarter.
ranked as (

    select
        *,
        case
            when is_whole_quarter and assessment_score is not null
                then rank() over (
                    partition by calendar_quarter, assessment_score is not null
                    order by assessment_score desc
                )
        end as score_rank,
        case
            when is_whole_quarter and assessment_score is not null
                then rank() over (
                    partition by calendar_quarter, assessment_score is not null
                    order by assessment_score
                )
        end as rank_from_below
    from held

),

final as (

    select
        ranked.supervision_id,
        ranked.start_period as period,
        ranked.calendar_quarter,
        ranked.area_code,
        ranked.unit_name,
        ranked.supervision_level,
        ranked.supervision_kind,
        ranked.started_date,
        ranked.ended_date,
        ranked.advice_id,
        cast(ranked.found_count as bigint) as found_count,
        cast(ranked.assessment_score as decimal(18, 4)) as assessment_score,
        cast(ranked.score_rank as bigint) as score_rank,
        ranked.score_rank <= limits.red_place_count as is_red,
        ranked.rank_from_below <= limits.black_place_count as is_black,
        cast(limits.red_place_count as integer) as red_place_count,
        cast(limits.black_place_count as integer) as black_place_count,
        ranked.list_period,
        ranked.receipt_id,
        ranked.source_sheet,
        ranked.source_row
    from ranked
    left join limits
        on
            ranked.start_period = limits.period
            and ranked.area_code = limits.area_code

)

select * from final
