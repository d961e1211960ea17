with

posts as (

    select * from {{ ref('stg_human_resources__public_posts') }}

),

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

-- One identity may stand under two numbers of the register: it counts once.
registered as (

    select
        period,
        person_key,
        max(public_post_type) as public_post_type
    from persons
    where
        is_listed
        and person_key is not null
    group by period, person_key

),

payrolls as (

    select * from {{ ref('stg_human_resources__payroll') }}

),

payroll_periods as (

    select
        ledgers.period,
        max(feed_periods.period) as payroll_period
    from (select distinct period from posts) as ledgers
    inner join {{ ref('int_feed_periods') }} as feed_periods
        on
            feed_periods.feed = 'public_payroll'
            and ledgers.period >= feed_periods.period
    group by ledgers.period

),

paid as (

    select distinct
        period,
        person_key
    from payrolls
    where coalesce(payroll_change, '') <> '退出'

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

away as (

    select distinct
        period,
        person_key
    from {{ ref('fct_employment_month') }}
    where destination in ('province', 'outside')

),

held as (

    select
        *,
        post_status = '在岗' as is_holding,
        sum(case when post_status = '在岗' then 1 else 0 end) over (partition by period, person_key) as held_count
    from posts

),

final as (

    select
        held.period,
        held.person_key,
        held.household_key,
        held.area_code,
        held.post_kind,
        held.developing_office,
        cast(held.monthly_subsidy_cny as decimal(18, 2)) as monthly_subsidy_cny,
        registered.public_post_type as register_post_type,
        held.is_holding,
        held.is_holding and held.held_count > 1 as is_double,
        case when payroll_periods.payroll_period is not null then held.is_holding and paid.person_key is not null end
            as is_on_payroll,
        case when monitored.feed is not null then held.is_holding and away.person_key is not null end as is_away,
        case when register_periods.feed is not null then registered.person_key is not null end as is_in_register,
        held.hired_date,
        held.ended_date,
        held.receipt_id,
        held.source_sheet,
        held.source_row
    from held
    left join payroll_periods
        on held.period = payroll_periods.period
    left join paid
        on
            payroll_periods.payroll_period = paid.period
            and held.person_key = paid.person_key
    left join feed_periods as monitored
        on
            held.period = monitored.period
            and monitored.feed = 'employment_done'
    left join away
        on
            held.period = away.period
            and held.person_key = away.person_key
    left join feed_periods as register_periods
        on
            held.period = register_periods.period
            and register_periods.feed = 'person_register'
    left join registered
        on
            held.period = registered.period
            and held.person_key = registered.person_key

)

select * from final
