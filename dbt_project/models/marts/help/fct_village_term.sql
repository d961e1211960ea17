with

terms as (

    select * from {{ ref('stg_organisation__village_terms') }}

),

-- The newest list holds every term since the programme began.
newest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'village_support'

),

final as (

    select
        terms.area_code,
        terms.cadre_key,
        terms.role,
        terms.sending_unit_name,
        terms.unit_level,
        terms.team_id,
        terms.started_date,
        terms.ended_date,
        cast(terms.present_days as bigint) as present_days,
        terms.period as list_period,
        terms.role in ('第一书记', '队长', '队员') as is_resident,
        terms.receipt_id,
        terms.source_sheet,
        terms.source_row
    from terms
    inner join newest
        on terms.period = newest.period

)

select * from final
