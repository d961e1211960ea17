with

divisions as (

    select * from {{ ref('stg_civil_affairs__divisions') }}

),

years as (

    select distinct calendar_year
    from {{ ref('int_months') }}

),

-- The base is frozen: a year without a table of its own uses the last one issued before it.
dated as (

    select
        years.calendar_year,
        divisions.area_code,
        divisions.population_count,
        divisions.rural_registered_population_count,
        divisions.table_year,
        divisions.denominator_definition,
        row_number() over (
            partition by years.calendar_year, divisions.area_code
            order by divisions.table_year desc, divisions.period desc, divisions.valid_from_date desc
        ) as recency
    from years
    inner join divisions
        on years.calendar_year >= divisions.table_year
    where divisions.rural_registered_population_count is not null

),

final as (

    select
        calendar_year,
        area_code,
        population_count,
        rural_registered_population_count,
        table_year as population_year,
        denominator_definition
    from dated
    where recency = 1

)

select * from final
