-- Rewards by the year's net income from industry, and a project for every registered household that can work.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

households as (

    select
        *,
        cast(calendar_year as varchar) as year_of_list
    from {{ ref('fct_industry_household') }}

),

-- Paid less than due counts as without; a reward without a tier, or outside the register, as without right.
industry_reward as (

    select
        {{ household_of_policy('industry_reward', of='households', period='policy_periods.period') }},
        case
            when not households.is_in_register or households.tier_number = 0 then false
            when households.is_in_register and households.tier_number > 0 then true
        end as is_entitled,
        coalesce(households.reward_cny, 0) > 0 and not coalesce(households.is_reward_missing, false) as is_receiving,
        true as is_barred,
        cast(null as varchar) as receipt_id,
        cast(null as varchar) as source_sheet,
        cast(null as integer) as source_row
    from households
    inner join policy_periods
        on
            households.period = policy_periods.period
            and policy_periods.policy_name = 'industry_reward'

),

able as (

    select
        people.calendar_year,
        persons.household_key,
        min(persons.area_code) as area_code
    from {{ ref('int_register_people') }} as people
    inner join {{ ref('stg_rural_revitalisation__persons') }} as persons
        on
            people.period = persons.period
            and people.member_key = persons.member_key
    where persons.labour_capacity not in ('无劳动力', '丧失劳动力')
    group by people.calendar_year, persons.household_key

),

industry_project as (

    select
        {{ household_of_policy('industry_project', of='able', period='policy_periods.period') }},
        true as is_entitled,
        households.household_key is not null as is_receiving,
        false as is_barred,
        cast(null as varchar) as receipt_id,
        cast(null as varchar) as source_sheet,
        cast(null as integer) as source_row
    from able
    inner join policy_periods
        on
            able.calendar_year = policy_periods.calendar_year
            and policy_periods.policy_name = 'industry_project'
    left join households
        on
            policy_periods.period = households.period
            and able.household_key = households.household_key

),

final as (

    select * from industry_reward
    union all
    select * from industry_project

)

select * from final
