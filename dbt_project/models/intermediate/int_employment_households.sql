with

employment as (

    select * from {{ ref('fct_employment_month') }}

),

-- Who has no work and wants some, by the labour ledger of the same month.
wanting as (

    select distinct
        period,
        person_key
    from {{ ref('stg_human_resources__workers') }}
    where
        person_key is not null
        and employment_status = '未就业'
        and employment_wish in ('有就业意愿', '有创业意愿')

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

households as (

    select
        employment.period,
        employment.household_key,
        min(employment.area_code) as area_code,
        max(case when employment.is_labour_force then 1 else 0 end) as has_labour,
        max(case when employment.is_working or employment.has_public_post then 1 else 0 end) as has_work,
        max(case when employment.is_labour_force and wanting.person_key is not null then 1 else 0 end) as wants_work
    from employment
    left join wanting
        on
            employment.period = wanting.period
            and employment.person_key = wanting.person_key
    group by employment.period, employment.household_key

),

final as (

    select
        households.period,
        rollup_areas.rollup_area_code as area_id,
        sum(households.has_labour) as labour_household_count,
        sum(case when households.has_labour = 1 and households.has_work = 0 then 1 else 0 end)
            as zero_employment_household_count,
        sum(case when households.wants_work = 1 and households.has_work = 0 then 1 else 0 end)
            as zero_employment_wanting_household_count
    from households
    inner join rollup_areas
        on
            households.period = rollup_areas.period
            and households.area_code = rollup_areas.area_code
    group by households.period, rollup_areas.rollup_area_code

)

select * from final
