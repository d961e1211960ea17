-- One row per problem found on a visit, as of the last day that the visit files tell of: what was found yesterday is
-- what was found the day before that day. No clock: the same files give the same list on any day.
with

visits as (

    select * from {{ ref('fct_visit') }}

),

told as (

    select {{ period_end('max(period)') }} as as_of_date
    from {{ ref('int_feed_periods') }}
    where feed in ('phone_visits', 'visits')

),

cadres as (

    select * from {{ ref('fct_cadre_month') }}

),

leads as (

    select * from {{ ref('fct_lead_case') }}

),

measures as (

    select * from {{ ref('fct_household_measure') }}

),

problems as (

    select
        visits.*,
        told.as_of_date,
        visits.visit_source || ':' || visits.receipt_id || ':' || visits.visit_id as problem_id,
        visits.closed_date is null or visits.closed_date > told.as_of_date as is_open
    from visits
    cross join told
    where
        visits.problem_kind is not null
        and visits.visited_date <= told.as_of_date

),

-- The lead that was open on the day of the visit, or the first one after it.
followed_leads as (

    select
        problems.problem_id,
        min_by(leads.lead_id, leads.opened_date) as lead_id
    from problems
    inner join leads
        on
            problems.household_key = leads.household_key
            and problems.as_of_date >= leads.opened_date
            and (
                problems.visited_date <= leads.opened_date
                or problems.visited_date <= coalesce(leads.concluded_date, problems.visited_date)
            )
    where leads.rule_kind = 'risk'
    group by problems.problem_id

),

-- The first measure for the household on the day of the visit or after it.
followed_measures as (

    select
        problems.problem_id,
        min(measures.measure_date) as measure_date,
        min_by(measures.measure_kind, measures.measure_date) as measure_kind
    from problems
    inner join measures
        on
            problems.household_key = measures.household_key
            and measures.measure_date between problems.visited_date and problems.as_of_date
    group by problems.problem_id

),

final as (

    select
        problems.problem_id,
        problems.visit_source,
        problems.visit_id,
        problems.period,
        problems.household_key,
        problems.area_code,
        problems.cadre_key,
        cadres.unit_name,
        cadres.unit_level,
        problems.problem_kind,
        case
            when not problems.is_open then 'closed'
            when followed_measures.measure_date is not null then 'measure'
            when followed_leads.lead_id is not null then 'lead'
            else 'nothing'
        end as follow_up,
        followed_leads.lead_id,
        leads.lead_state,
        leads.conclusion,
        followed_measures.measure_kind,
        cast({{ days_between(
            'problems.visited_date',
            'case when problems.is_open then problems.as_of_date else problems.closed_date end'
        ) }} as integer) as open_days,
        problems.is_open,
        problems.visited_date = {{ add_days('problems.as_of_date', -1) }} as is_yesterday,
        problems.visited_date > {{ add_days('problems.as_of_date', -7) }} as is_last_week,
        problems.is_implausible,
        problems.visited_date as found_date,
        problems.closed_date,
        leads.opened_date as lead_opened_date,
        followed_measures.measure_date,
        problems.as_of_date,
        problems.receipt_id,
        problems.source_sheet,
        problems.source_row
    from problems
    left join cadres
        on
            problems.cadre_key = cadres.cadre_key
            and problems.period = cadres.period
    left join followed_leads
        on problems.problem_id = followed_leads.problem_id
    left join leads
        on followed_leads.lead_id = leads.lead_id
    left join followed_measures
        on problems.problem_id = followed_measures.problem_id

)

select * from final
