with

courses as (

    select * from {{ ref('fct_training') }}

),

months as (

    select * from {{ ref('int_months') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

files as (

    select
        period,
        area_code,
        count(*) as person_time_count,
        sum(case when course_number = 1 then 1 else 0 end) as first_course_count,
        sum(case when course_number_in_year = 1 then 1 else 0 end) as first_course_in_year_count,
        sum(case when has_certificate then 1 else 0 end) as certificate_count,
        sum(training_cost_cny) as cost_cny
    from courses
    group by period, area_code

),

-- Sums up to each month for which a ledger came: of its year, and of all years since the first ledger.
final as (

    select
        months.period,
        rollup_areas.rollup_area_code as area_id,
        {% for measure, source in [
            ('training_person_time_count', 'person_time_count'), ('training_person_count', 'first_course_in_year_count'),
            ('training_certificate_count', 'certificate_count'), ('training_cost_cny', 'cost_cny'),
        ] %}
            sum(case when substr(files.period, 1, 4) = substr(months.period, 1, 4) then files.{{ source }} else 0 end)
                as {{ measure }},
        {% endfor %}
        sum(files.person_time_count) as cumulative_training_person_time_count,
        sum(files.first_course_count) as cumulative_training_person_count
    from months
    inner join feed_periods
        on
            months.period = feed_periods.period
            and feed_periods.feed = 'training'
    inner join files
        on months.period >= files.period
    inner join rollup_areas
        on
            months.period = rollup_areas.period
            and files.area_code = rollup_areas.area_code
    group by months.period, rollup_areas.rollup_area_code

)

select * from final
