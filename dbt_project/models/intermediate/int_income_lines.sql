with

lines as (

    select * from {{ ref('income_lines') }}

),

months as (

    select * from {{ ref('int_months') }}

),

areas as (

    select distinct area_code from {{ ref('int_areas') }}

),

years as (

    select
        calendar_year as income_year,
        cast(cast(calendar_year as varchar) || '-12-31' as date) as last_day
    from months
    group by calendar_year

),

-- The line of the nearest region counts: county before prefecture before province before country.
ranked as (

    select
        areas.area_code,
        years.income_year,
        lines.line_family,
        lines.line_cny,
        lines.confidence,
        lines.source,
        row_number() over (
            partition by areas.area_code, years.income_year, lines.line_family
            order by lines.region desc, lines.valid_from desc
        ) as preference
    from areas
    cross join years
    inner join lines
        on
            {{ region_applies('lines.region', 'areas.area_code') }}
            and years.last_day >= lines.valid_from
            and (years.last_day <= lines.valid_to or lines.valid_to is null)

),

final as (

    select
        area_code,
        income_year,
        line_family,
        line_cny,
        confidence,
        source
    from ranked
    where preference = 1

)

select * from final
