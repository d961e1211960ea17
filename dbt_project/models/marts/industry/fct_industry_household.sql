with

participations as (

    select * from {{ ref('fct_industry_participation') }}

),

industry_tiers as (

    select * from {{ ref('industry_reward_tiers') }}

),

villages as (

    select distinct
        period,
        area_code
    from participations

),

tiers as (

    {{ parameters_of_villages(
        'industry_tiers',
        'villages',
        columns=['tier_number', 'net_income_above_cny', 'reward_cny'],
        per=['tier_number']
    ) }}

),

-- The tiers go by all that the household's industries brought in the year, not by its net income.
households as (

    select
        period,
        calendar_year,
        household_key,
        area_code,
        max(person_count) as person_count,
        count(*) as participation_count,
        sum(case when is_linked then 1 else 0 end) as linked_participation_count,
        sum(annual_return_cny) as annual_return_cny,
        sum(net_income_cny) as net_income_cny,
        sum(reward_cny) as reward_cny,
        sum(case when net_income_cny is null then 1 else 0 end) as unknown_income_count,
        max(case when is_in_register then 1 when not is_in_register then 0 end) as register_flag
    from participations
    group by period, calendar_year, household_key, area_code

),

reached as (

    select
        households.period,
        households.household_key,
        max(case when households.net_income_cny > tiers.net_income_above_cny then tiers.tier_number else 0 end)
            as tier_number,
        max(case when households.net_income_cny > tiers.net_income_above_cny then tiers.reward_cny else 0 end)
            as reward_due_cny
    from households
    inner join tiers
        on
            households.period = tiers.period
            and households.area_code = tiers.area_code
    where households.unknown_income_count = 0
    group by households.period, households.household_key

),

final as (

    select
        households.period,
        households.calendar_year,
        households.household_key,
        households.area_code,
        cast(households.person_count as bigint) as person_count,
        cast(households.participation_count as bigint) as participation_count,
        cast(households.linked_participation_count as bigint) as linked_participation_count,
        cast(households.annual_return_cny as decimal(18, 2)) as annual_return_cny,
        cast(households.net_income_cny as decimal(18, 2)) as net_income_cny,
        cast(households.reward_cny as decimal(18, 2)) as reward_cny,
        cast(reached.tier_number as integer) as tier_number,
        cast(reached.reward_due_cny as decimal(18, 2)) as reward_due_cny,
        cast(coalesce(households.reward_cny, 0) - reached.reward_due_cny as decimal(18, 2)) as reward_difference_cny,
        coalesce(households.reward_cny, 0) < reached.reward_due_cny as is_reward_missing,
        coalesce(households.reward_cny, 0) > reached.reward_due_cny as is_reward_excess,
        case when households.register_flag is not null then households.register_flag = 1 end as is_in_register
    from households
    left join reached
        on
            households.period = reached.period
            and households.household_key = reached.household_key

)

select * from final
