{% set measures = employment_measures() %}
{% set trainings = [
    'training_person_time_count', 'training_person_count', 'training_certificate_count', 'training_cost_cny',
    'cumulative_training_person_time_count', 'cumulative_training_person_count',
] %}
{% set plans = [
    'planned_worker_count', 'planned_started_count', 'planned_working_count', 'unplanned_started_count',
    'county_planned_count', 'county_started_count', 'township_planned_count', 'township_started_count',
    'village_planned_count', 'village_started_count',
] %}
{% set posts = ['public_post_count', 'cleaner_post_count', 'ranger_post_count', 'other_post_count'] %}

with

months as (

    select * from {{ ref('int_months') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

cells as (

    select * from {{ ref('int_employment_cells') }}

),

wages as (

    select * from {{ ref('int_employment_wages') }}

),

households as (

    select * from {{ ref('int_employment_households') }}

),

public_posts as (

    select * from {{ ref('int_public_posts') }}

),

trainings as (

    select * from {{ ref('int_training_sums') }}

),

plans as (

    select * from {{ ref('int_employment_plans') }}

),

planned_months as (

    select distinct period from plans

),

-- Before the monitoring became monthly only its year-end lists and those of training are due.
first_month as (

    select min(period) as period
    from feed_periods
    where
        feed = 'employment_done'
        and substr(period, 6, 2) <> '12'

),

reported_months as (

    select
        months.period,
        months.previous_period,
        months.previous_year_period,
        months.calendar_year,
        {% for feed in ['employment_done', 'person_register', 'labour_ledger', 'training'] %}
            max(case when feed_periods.feed = '{{ feed }}' then 1 else 0 end) = 1 as has_{{ feed }},
        {% endfor %}
        max(case when feed_periods.feed in ('employment_done', 'training') then 1 else 0 end) = 1 as is_shown
    from months
    left join feed_periods
        on months.period = feed_periods.period
    group by months.period, months.previous_period, months.previous_year_period, months.calendar_year

),

-- What had arrived decides between null and 0.
periods as (

    select
        reported_months.period,
        reported_months.previous_year_period,
        reported_months.calendar_year,
        reported_months.has_employment_done as has_work,
        reported_months.has_person_register as has_register,
        reported_months.has_labour_ledger as has_ledger,
        reported_months.has_training,
        coalesce(earlier.has_employment_done, false) as has_opening
    from reported_months
    cross join first_month
    left join reported_months as earlier
        on reported_months.previous_period = earlier.period
    where
        reported_months.is_shown
        or reported_months.period >= first_month.period

),

groups as (

    {{ groups_of('cells') }}

),

universe as (

    select distinct
        periods.*,
        {{ division_of('rollup_areas') }},
        groups.group_type,
        groups.group_id
    from periods
    inner join rollup_areas
        on {{ every_division('periods.period') }}
    cross join groups

),

-- A year's workers are counted in its last reported month; who works in several years counts in each.
year_ends as (

    select
        cells.area_id,
        periods.calendar_year,
        cells.cumulative_worker_count,
        row_number() over (
            partition by cells.area_id, periods.calendar_year
            order by periods.period desc
        ) as recency
    from cells
    inner join periods
        on cells.period = periods.period
    where
        cells.group_type = 'all'
        and periods.has_work

),

earlier_years as (

    select
        periods.period,
        year_ends.area_id,
        sum(year_ends.cumulative_worker_count) as earlier_person_time_count
    from periods
    inner join year_ends
        on
            periods.calendar_year > year_ends.calendar_year
            and year_ends.recency = 1
    group by periods.period, year_ends.area_id

),

measured as (

    select
        universe.period,
        universe.previous_year_period,
        universe.rollup_area_level as area_level,
        universe.rollup_area_code as area_id,
        universe.rollup_area_name as area_name,
        universe.rollup_parent_code as parent_area_id,
        universe.group_type,
        universe.group_id,
        {% for measure in measures %}
            case when {{ measure.arrived }} then coalesce(cells.{{ measure.name }}, 0) end as {{ measure.name }},
        {% endfor %}
        case
            when universe.has_work and universe.group_type = 'all'
                then coalesce(cells.cumulative_worker_count, 0) + coalesce(earlier_years.earlier_person_time_count, 0)
        end as transfer_person_time_count,
        {% for measure in ['labour_household_count', 'zero_employment_household_count'] %}
            case
                when universe.has_work and universe.group_type = 'all' then coalesce(households.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        case
            when universe.has_work and universe.has_ledger and universe.group_type = 'all'
                then coalesce(households.zero_employment_wanting_household_count, 0)
        end as zero_employment_wanting_household_count,
        {% for measure in posts %}
            case
                when universe.has_register and universe.group_type = 'all' then coalesce(public_posts.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        {% for measure in plans %}
            case
                when universe.group_type = 'all' and planned_months.period is not null
                    then coalesce(plans.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        {% for measure in trainings %}
            case
                when universe.has_training and universe.group_type = 'all' then coalesce(trainings.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        {{ share('wages.wage_sum_cny', 'wages.wage_count') }} as mean_wage_cny,
        wages.median_wage_cny
    from universe
    left join cells
        on {{ of_the_same_division('cells') }}
    left join earlier_years
        on
            universe.period = earlier_years.period
            and universe.rollup_area_code = earlier_years.area_id
    left join households
        on
            universe.period = households.period
            and universe.rollup_area_code = households.area_id
    left join public_posts
        on
            universe.period = public_posts.period
            and universe.rollup_area_code = public_posts.area_id
    left join trainings
        on
            universe.period = trainings.period
            and universe.rollup_area_code = trainings.area_id
    left join planned_months
        on universe.period = planned_months.period
    left join plans
        on
            universe.period = plans.period
            and universe.rollup_area_code = plans.area_id
    left join wages
        on {{ of_the_same_division('wages') }}

),

final as (

    select
        {{ carried_key(of='measured') }},
        {% for name in [
            'monitored_person', 'labour_force', 'working_labour_force', 'working_person', 'working_county',
            'working_province', 'working_outside', 'working_other',
        ] %}
            cast(measured.{{ name }}_count as bigint) as {{ name }}_count,
        {% endfor %}
        {{ share('measured.working_labour_force_count', 'measured.labour_force_count') }} as working_share,
        cast(measured.opening_working_count as bigint) as opening_working_count,
        cast(measured.new_worker_count as bigint) as new_worker_count,
        cast(measured.returned_worker_count as bigint) as returned_worker_count,
        cast(measured.new_worker_count + measured.returned_worker_count as bigint) as started_worker_count,
        cast(measured.stopped_worker_count as bigint) as stopped_worker_count,
        cast(measured.carried_in_count - measured.carried_out_count as bigint) as moved_worker_count,
        cast(previous.working_person_count as bigint) as previous_year_working_count,
        cast(measured.working_person_count - previous.working_person_count as bigint) as working_growth_count,
        {{ share('(measured.working_person_count - previous.working_person_count)', 'previous.working_person_count') }}
            as working_growth_share,
        {% for name in [
            'cumulative_worker', 'cumulative_county', 'cumulative_province', 'cumulative_outside', 'cumulative_other',
            'enterprise_worker', 'stable_worker', 'worked_1_to_3', 'worked_4_to_6', 'worked_7_to_9', 'worked_10_to_12',
        ] %}
            cast(measured.{{ name }}_count as bigint) as {{ name }}_count,
        {% endfor %}
        {{ share('measured.worked_month_count', 'measured.cumulative_worker_count') }} as worked_months_mean,
        cast(measured.transfer_person_time_count as bigint) as transfer_person_time_count,
        cast(measured.labour_household_count as bigint) as labour_household_count,
        cast(measured.zero_employment_household_count as bigint) as zero_employment_household_count,
        {{ share('measured.zero_employment_household_count', 'measured.labour_household_count') }}
            as zero_employment_share,
        cast(measured.zero_employment_wanting_household_count as bigint) as zero_employment_wanting_household_count,
        {% for name in posts %}
            cast(measured.{{ name }} as bigint) as {{ name }},
        {% endfor %}
        cast(measured.reported_wage_count as bigint) as reported_wage_count,
        cast(measured.implausible_wage_count as bigint) as implausible_wage_count,
        cast(measured.mean_wage_cny as decimal(18, 2)) as mean_wage_cny,
        cast(measured.median_wage_cny as decimal(18, 2)) as median_wage_cny,
        cast(measured.ledger_person_count as bigint) as ledger_person_count,
        cast(measured.ledger_employed_count as bigint) as ledger_employed_count,
        cast(measured.ledger_working_count as bigint) as ledger_working_count,
        {% for name in trainings %}
            cast(measured.{{ name }} as {{ 'decimal(18, 2)' if name.endswith('_cny') else 'bigint' }}) as {{ name }},
        {% endfor %}
        {% for name in plans %}
            cast(measured.{{ name }} as bigint) as {{ name }},
        {% endfor %}
        {{ share('measured.planned_started_count', 'measured.planned_worker_count') }} as plan_met_share,
        cast(measured.ledger_employed_count - measured.ledger_working_count as bigint) as ledger_difference_count
    from measured
    left join measured as previous
        on
            measured.previous_year_period = previous.period
            and measured.area_id = previous.area_id
            and measured.group_type = previous.group_type
            and measured.group_id = previous.group_id

)

select * from final
