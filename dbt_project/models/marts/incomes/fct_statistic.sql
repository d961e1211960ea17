with

indicators as (

    select * from {{ ref('stg_statistics__indicators') }}

),

known as (

    select * from {{ ref('statistics_indicators') }}

),

final as (

    select
        indicators.area_code,
        cast(indicators.statistics_year as integer) as statistics_year,
        indicators.indicator_name,
        indicators.unit_name,
        known.measure,
        indicators.source_document,
        cast(indicators.indicator_value as decimal(18, 4)) as indicator_value,
        -- Wide before it is multiplied: 151.8 times 100,000,000 does not fit into 18 digits with eight decimals.
        cast(cast(indicators.indicator_value as decimal(28, 4)) * known.factor as decimal(28, 6)) as measure_value,
        indicators.period,
        indicators.receipt_id
    from indicators
    left join known
        on
            indicators.indicator_name = known.indicator_name
            and indicators.unit_name = known.unit_name

)

select * from final
