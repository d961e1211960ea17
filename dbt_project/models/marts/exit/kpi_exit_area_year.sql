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

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

exits as (

    select * from {{ ref('fct_exit') }}

),

designations as (

    select * from {{ ref('int_area_designations') }}

),

populations as (

    select * from {{ ref('int_area_population') }}

),

-- A year is judged by the last register in it.
years as (

    select
        months.calendar_year,
        max(months.period) as year_end_period,
        max(case when feed_periods.feed = 'household_register' then feed_periods.period end) as as_of_period,
        max(case when feed_periods.feed = 'person_register' then feed_periods.period end) as person_as_of_period,
        max(case when feed_periods.feed = 'region' then 1 end) = 1 as has_divisions
    from months
    left join feed_periods
        on months.period = feed_periods.period
    group by months.calendar_year

),

register_start as (

    select min(calendar_year) as calendar_year
    from years
    where as_of_period is not null

),

-- Rows are added up by the divisions valid when they were reported: those of the last register, of the exits, and, for
-- the table of divisions, of the year's last month.
area_periods as (

    select
        calendar_year,
        year_end_period as period
    from years
    union
    select
        calendar_year,
        as_of_period as period
    from years
    union
    select
        exit_year as calendar_year,
        exited_period as period
    from exits

),

year_areas as (

    select
        area_periods.calendar_year,
        rollup_areas.rollup_area_code,
        rollup_areas.rollup_area_level,
        rollup_areas.rollup_area_name,
        rollup_areas.rollup_parent_code,
        row_number() over (
            partition by area_periods.calendar_year, rollup_areas.rollup_area_code
            order by area_periods.period desc
        ) as recency
    from area_periods
    inner join rollup_areas
        on
            area_periods.period = rollup_areas.period
            and rollup_areas.area_level = 'village'

),

universe as (

    select
        years.*,
        year_areas.rollup_area_code,
        year_areas.rollup_area_level,
        year_areas.rollup_area_name,
        year_areas.rollup_parent_code
    from years
    inner join year_areas
        on
            years.calendar_year = year_areas.calendar_year
            and year_areas.recency = 1

),

stocks as (

    select
        years.calendar_year,
        rollup_areas.rollup_area_code,
        count(*) as listed_household_count,
        sum(snapshots.person_count) as listed_person_count,
        sum(case when snapshots.is_exited then 1 else 0 end) as exited_household_count,
        sum(case when snapshots.is_exited then snapshots.person_count else 0 end) as exited_person_count
    from years
    inner join snapshots
        on years.as_of_period = snapshots.period
    inner join rollup_areas
        on
            snapshots.period = rollup_areas.period
            and snapshots.area_code = rollup_areas.area_code
    group by years.calendar_year, rollup_areas.rollup_area_code

),

yearly_exits as (

    select
        exits.exit_year as calendar_year,
        rollup_areas.rollup_area_code,
        count(*) as household_count,
        sum(exits.person_count) as person_count,
        count(*) = count(exits.person_count) as has_persons
    from exits
    inner join rollup_areas
        on
            exits.exited_period = rollup_areas.period
            and exits.area_code = rollup_areas.area_code
    group by exits.exit_year, rollup_areas.rollup_area_code

),

designated as (

    select
        years.calendar_year,
        years.year_end_period,
        designations.area_code,
        case when designations.exit_year <= years.calendar_year then 1 else 0 end as has_exited,
        case when designations.exit_year = years.calendar_year then 1 else 0 end as has_exited_in_year
    from designations
    inner join years
        on designations.table_year = years.calendar_year
    where designations.is_poverty_designated

),

designated_sums as (

    select
        designated.calendar_year,
        {% for level in ['village', 'township'] %}
            sum(case when rollup_areas.area_level = '{{ level }}' then 1 else 0 end) as listed_{{ level }}_count,
            sum(case when rollup_areas.area_level = '{{ level }}' then designated.has_exited_in_year else 0 end)
                as exited_{{ level }}_count,
            sum(case when rollup_areas.area_level = '{{ level }}' then designated.has_exited else 0 end)
                as cumulative_exited_{{ level }}_count,
        {% endfor %}
        rollup_areas.rollup_area_code
    from designated
    inner join rollup_areas
        on
            designated.year_end_period = rollup_areas.period
            and designated.area_code = rollup_areas.area_code
    group by designated.calendar_year, rollup_areas.rollup_area_code

),

-- The frozen base is issued for the village, the township and the county. A prefecture has the sum of the counties held
-- here, as its persons do: with its own row, the persons of one county would be divided by the population of all.
population_sums as (

    select
        years.calendar_year,
        rollup_areas.rollup_area_code,
        sum(populations.population_count) as population_count,
        sum(populations.rural_registered_population_count) as rural_registered_population_count,
        max(populations.population_year) as population_year,
        max(populations.denominator_definition) as denominator_definition
    from populations
    inner join years
        on populations.calendar_year = years.calendar_year
    inner join rollup_areas
        on
            coalesce(years.as_of_period, years.year_end_period) = rollup_areas.period
            and populations.area_code = rollup_areas.area_code
            and case
                when rollup_areas.rollup_area_level = 'prefecture' then rollup_areas.area_level = 'county'
                else populations.area_code = rollup_areas.rollup_area_code
            end
    group by years.calendar_year, rollup_areas.rollup_area_code

),

-- A register that has arrived turns "no row" into 0; one that has not leaves null.
counted as (

    select
        universe.*,
        population_sums.population_count,
        population_sums.rural_registered_population_count,
        population_sums.population_year,
        population_sums.denominator_definition,
        case when universe.as_of_period is not null then coalesce(stocks.listed_household_count, 0) end
            as listed_household_count,
        case when universe.as_of_period = universe.person_as_of_period then coalesce(stocks.listed_person_count, 0) end
            as listed_person_count,
        case when universe.as_of_period is not null then coalesce(stocks.exited_household_count, 0) end
            as cumulative_exited_household_count,
        case when universe.as_of_period = universe.person_as_of_period then coalesce(stocks.exited_person_count, 0) end
            as cumulative_exited_person_count,
        case when universe.as_of_period is not null then coalesce(yearly_exits.household_count, 0) end
            as exited_household_count,
        case
            when universe.person_as_of_period is not null and coalesce(yearly_exits.has_persons, true)
                then coalesce(yearly_exits.person_count, 0)
        end as exited_person_count,
        {% for measure in ['listed', 'exited', 'cumulative_exited'] %}
            case
                when universe.has_divisions then coalesce(designated_sums.{{ measure }}_village_count, 0)
            end as {{ measure }}_village_count,
            case
                when universe.has_divisions and universe.rollup_area_level <> 'village'
                    then coalesce(designated_sums.{{ measure }}_township_count, 0)
            end as {{ measure }}_township_count,
        {% endfor %}
        case when universe.calendar_year >= register_start.calendar_year then 1 else 0 end as is_in_register_history
    from universe
    cross join register_start
    left join stocks
        on
            universe.calendar_year = stocks.calendar_year
            and universe.rollup_area_code = stocks.rollup_area_code
    left join yearly_exits
        on
            universe.calendar_year = yearly_exits.calendar_year
            and universe.rollup_area_code = yearly_exits.rollup_area_code
    left join designated_sums
        on
            universe.calendar_year = designated_sums.calendar_year
            and universe.rollup_area_code = designated_sums.rollup_area_code
    left join population_sums
        on
            universe.calendar_year = population_sums.calendar_year
            and universe.rollup_area_code = population_sums.rollup_area_code

),

-- A missing year makes every later sum of yearly exits unknown.
summed as (

    select
        {% for unit in ['household', 'person'] %}
            listed_{{ unit }}_count - cumulative_exited_{{ unit }}_count as remaining_{{ unit }}_count,
            case
                when count(exited_{{ unit }}_count) over history = sum(is_in_register_history) over history
                    then sum(exited_{{ unit }}_count) over history
            end as sum_of_yearly_exits_{{ unit }}_count,
        {% endfor %}
        *
    from counted
    window history as (partition by rollup_area_code order by calendar_year)

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(calendar_year as varchar) as period,
        as_of_period,
        rollup_area_level as area_level,
        rollup_area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        'all' as group_type,
        'all' as group_id,
        denominator_definition,
        cast(population_year as integer) as population_year,
        cast(listed_household_count as bigint) as listed_household_count,
        cast(listed_person_count as bigint) as listed_person_count,
        cast(exited_household_count as bigint) as exited_household_count,
        cast(exited_person_count as bigint) as exited_person_count,
        cast(cumulative_exited_household_count as bigint) as cumulative_exited_household_count,
        cast(cumulative_exited_person_count as bigint) as cumulative_exited_person_count,
        cast(sum_of_yearly_exits_household_count as bigint) as sum_of_yearly_exits_household_count,
        cast(sum_of_yearly_exits_person_count as bigint) as sum_of_yearly_exits_person_count,
        cast(remaining_household_count as bigint) as remaining_household_count,
        cast(remaining_person_count as bigint) as remaining_person_count,
        {{ share('cumulative_exited_household_count', 'listed_household_count') }} as household_exit_rate_share,
        {{ share('cumulative_exited_person_count', 'listed_person_count') }} as person_exit_rate_share,
        cast(population_count as bigint) as population_count,
        cast(rural_registered_population_count as bigint) as rural_registered_population_count,
        {{ share('remaining_person_count', 'rural_registered_population_count') }} as poverty_incidence_share,
        {{ share('listed_person_count', 'rural_registered_population_count') }} as register_share,
        cast(listed_village_count as bigint) as listed_village_count,
        cast(exited_village_count as bigint) as exited_village_count,
        cast(cumulative_exited_village_count as bigint) as cumulative_exited_village_count,
        {{ share('cumulative_exited_village_count', 'listed_village_count') }} as village_exit_rate_share,
        cast(listed_township_count as bigint) as listed_township_count,
        cast(exited_township_count as bigint) as exited_township_count,
        cast(cumulative_exited_township_count as bigint) as cumulative_exited_township_count
    from summed

)

select * from final
