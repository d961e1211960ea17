with

doubts as (

    select * from {{ ref('stg_discipline__doubts') }}

),

newest as (

    select max(period) as period
    from {{ ref('int_feed_periods') }}
    where feed = 'livelihood_inspection'

),

deaths as (

    select
        person_key,
        min(death_date) as death_date
    from {{ ref('stg_public_security__deaths') }}
    group by person_key

),

-- The household in which the register lists the recipient, by its newest month.
members as (

    select
        person_key,
        max_by(household_key, period) as household_key
    from {{ ref('stg_rural_revitalisation__persons') }}
    where is_listed and person_key is not null
    group by person_key

),

final as (

    select
        doubts.doubt_id,
        doubts.person_key,
        members.household_key,
        doubts.area_code,
        doubts.fund_name,
        doubts.fund_cycle,
        case doubts.doubt_kind
            when '对象已死亡' then 'after_death'
            when '重复领取' then 'double'
            when '互斥领取' then 'excluding'
            when '干部亲属' then 'cadre_relative'
            else 'not_entitled'
        end as doubt_kind,
        doubts.related_cadre_key,
        doubts.check_status,
        cast(doubts.paid_cny as decimal(18, 2)) as paid_cny,
        cast(coalesce(doubts.recovered_cny, 0) as decimal(18, 2)) as recovered_cny,
        doubts.paid_date,
        doubts.recovered_date,
        deaths.death_date,
        coalesce(doubts.check_status = '审核通过', false) as is_concluded,
        coalesce(doubts.check_status = '审核通过' and doubts.check_result = '属实', false) as is_confirmed,
        doubts.paid_date > deaths.death_date as is_after_reported_death,
        doubts.period as list_period,
        doubts.receipt_id,
        doubts.source_sheet,
        doubts.source_row
    from doubts
    inner join newest
        on doubts.period = newest.period
    left join deaths
        on doubts.person_key = deaths.person_key
    left join members
        on doubts.person_key = members.person_key

)

select * from final
