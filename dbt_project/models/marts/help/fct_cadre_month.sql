with

pairings as (

    select * from {{ ref('fct_pairing') }}

),

visits as (

    select * from {{ ref('fct_visit') }}

),

months as (

    select * from {{ ref('int_months') }}

),

thresholds as (

    select * from {{ ref('int_visit_thresholds') }}

),

duties as (

    select * from {{ ref('int_visit_duties') }}

),

tests as (

    select * from {{ ref('stg_rural_revitalisation__tests') }}

),

deliveries as (

    select * from {{ ref('int_feed_periods') }}

),

-- Months in which visits are known: where phones are in use, those of the phones.
visit_feeds as (

    select coalesce(max(case when feed = 'phone_visits' then feed end), 'visits') as feed
    from deliveries

),

visit_months as (

    select deliveries.period
    from deliveries
    inner join visit_feeds
        on deliveries.feed = visit_feeds.feed

),

cadres as (

    select
        period,
        cadre_key,
        min(person_key) as person_key,
        min(area_code) as area_code,
        min(unit_name) as unit_name,
        min(unit_level) as unit_level,
        count(distinct household_key) as household_count,
        -- New only where every pairing is; away where any of them says so.
        not bool_and(is_newcomer) and not bool_or(is_away) as is_expected,
        {{ first_address() }}
    from pairings
    group by period, cadre_key

),

counted as (

    select
        period,
        cadre_key,
        count(*) as visit_count,
        count(case when not is_implausible then 1 end) as plausible_visit_count,
        count(distinct household_key) as visited_household_count
    from visits
    group by period, cadre_key

),

years as (

    select
        months.period,
        counted.cadre_key,
        sum(counted.visit_count) as year_visit_count
    from months
    inner join counted
        on
            substr(months.period, 1, 4) = substr(counted.period, 1, 4)
            and months.period >= counted.period
    group by months.period, counted.cadre_key

),

reported as (

    select
        months.period,
        months.month_number,
        cast(floor(extract(day from months.period_end_date) / 7) as integer) as week_count,
        max(case when visit_months.period = months.period then 1 else 0 end) = 1 as has_visits,
        count(visit_months.period) = months.month_number as has_year
    from months
    left join visit_months
        on
            substr(months.period, 1, 4) = substr(visit_months.period, 1, 4)
            and months.period >= visit_months.period
    group by months.period, months.month_number, months.period_end_date

),

-- The last round of tests up to the month.
test_periods as (

    select
        months.period,
        max(deliveries.period) as test_period
    from months
    inner join deliveries
        on
            months.period >= deliveries.period
            and deliveries.feed = 'study_tests'
    group by months.period

),

last_tests as (

    select
        test_periods.period,
        tests.cadre_key,
        max(tests.test_round) as test_round,
        max_by(tests.test_score, tests.test_round) as test_score,
        max_by(tests.is_passed, tests.test_round) as is_passed
    from test_periods
    inner join tests
        on test_periods.test_period = tests.period
    group by test_periods.period, tests.cadre_key

),

final as (

    select
        cadres.period,
        cadres.cadre_key,
        cadres.person_key,
        cadres.area_code,
        cadres.unit_name,
        cadres.unit_level,
        cast(cadres.household_count as bigint) as household_count,
        duties.duty_cycle,
        cast(
            case duties.duty_cycle
                when 'week' then duties.duty_visit_count * reported.week_count
                when 'month' then duties.duty_visit_count
                when 'year' then floor(duties.duty_visit_count * reported.month_number / 12)
            end as bigint
        ) as duty_visit_count,
        cast(case when reported.has_visits then coalesce(counted.visit_count, 0) end as bigint) as visit_count,
        cast(
            case when reported.has_visits then coalesce(counted.plausible_visit_count, 0) end as bigint
        ) as plausible_visit_count,
        cast(
            case when reported.has_visits then coalesce(counted.visited_household_count, 0) end as bigint
        ) as visited_household_count,
        cast(case when reported.has_year then coalesce(years.year_visit_count, 0) end as bigint) as year_visit_count,
        last_tests.test_round,
        cast(last_tests.test_score as decimal(18, 4)) as test_score,
        last_tests.is_passed,
        cadres.is_expected,
        cadres.household_count > thresholds.household_max_count as is_overloaded,
        case
            when not cadres.is_expected then false
            when duties.duty_cycle = 'year' and reported.has_year
                then
                    coalesce(years.year_visit_count, 0)
                    < floor(duties.duty_visit_count * reported.month_number / 12)
            when duties.duty_cycle = 'week' and reported.has_visits
                then coalesce(counted.visit_count, 0) < duties.duty_visit_count * reported.week_count
            when duties.duty_cycle = 'month' and reported.has_visits
                then coalesce(counted.visit_count, 0) < duties.duty_visit_count
        end as is_below_duty,
        cadres.receipt_id,
        cadres.source_sheet,
        cadres.source_row
    from cadres
    inner join reported
        on cadres.period = reported.period
    left join counted
        on
            cadres.period = counted.period
            and cadres.cadre_key = counted.cadre_key
    left join years
        on
            cadres.period = years.period
            and cadres.cadre_key = years.cadre_key
    left join thresholds
        on
            cadres.period = thresholds.period
            and cadres.area_code = thresholds.area_code
    left join duties
        on
            cadres.period = duties.period
            and cadres.area_code = duties.area_code
            and cadres.unit_level = duties.unit_level
    left join last_tests
        on
            cadres.period = last_tests.period
            and cadres.cadre_key = last_tests.cadre_key

)

select * from final
