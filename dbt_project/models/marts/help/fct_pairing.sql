with

pairings as (

    select * from {{ ref('stg_organisation__pairings') }}

),

months as (

    select * from {{ ref('int_months') }}

),

households as (

    select * from {{ ref('int_household_snapshots') }}

),

-- A month is shown by the newest list that was known in it.
lists as (

    select
        months.period,
        months.period_end_date,
        max(deliveries.period) as list_period
    from months
    inner join {{ ref('int_feed_periods') }} as deliveries
        on
            months.period >= deliveries.period
            and deliveries.feed = 'pairing'
    group by months.period, months.period_end_date

),

final as (

    select
        lists.period,
        lists.list_period,
        pairings.household_key,
        pairings.cadre_key,
        pairings.person_key,
        households.area_code,
        pairings.unit_name,
        pairings.unit_level,
        pairings.responsibility_level,
        pairings.duty_status,
        pairings.started_date,
        households.household_key is not null as is_listed_household,
        pairings.started_date >= {{ period_start('lists.period') }} as is_newcomer,
        coalesce(pairings.duty_status, '在岗') <> '在岗' as is_away,
        pairings.receipt_id,
        pairings.source_sheet,
        pairings.source_row
    from lists
    inner join pairings
        on lists.list_period = pairings.period
    left join households
        on
            pairings.household_key = households.household_key
            and lists.period = households.period
    where
        pairings.started_date <= lists.period_end_date
        and (pairings.ended_date is null or pairings.ended_date > lists.period_end_date)

)

select * from final
