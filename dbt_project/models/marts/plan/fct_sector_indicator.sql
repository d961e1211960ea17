with

indicators as (

    select * from {{ ref('stg_statistics__sector_indicators') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by indicator_code, area_code, statistics_year
            order by period desc, source_row desc
        ) as recency
    from indicators

),

-- Units are written with their factor, such as 万亩; `measure_value` counts it out.
final as (

    select
        indicator_code,
        indicator_name,
        area_code,
        cast(statistics_year as integer) as statistics_year,
        cast(indicator_value as decimal(18, 4)) as indicator_value,
        unit_name,
        cast(cast(indicator_value as double) * {{ unit_factor('unit_name') }} as decimal(28, 6)) as measure_value,
        cast(numerator as double) as numerator,
        cast(denominator as double) as denominator,
        definition_note,
        reporting_office,
        value_source,
        reported_date,
        period,
        receipt_id,
        source_sheet,
        source_row
    from ranked
    where recency = 1

)

select * from final
