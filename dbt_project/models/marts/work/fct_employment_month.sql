with

work_months as (

    select * from {{ ref('stg_rural_revitalisation__work_months') }}

),

persons as (

    select * from {{ ref('stg_rural_revitalisation__persons') }}

),

members as (

    select * from {{ ref('dim_person') }}

),

thresholds as (

    select * from {{ ref('int_work_thresholds') }}

),

-- The register of the month says who somebody is and where; for a person it does not list, the last register that did.
placed as (

    select
        work_months.period,
        work_months.household_key,
        work_months.member_key,
        work_months.person_key,
        work_months.work_region,
        work_months.industry_name,
        work_months.employment_channel,
        work_months.monthly_wage_cny,
        work_months.is_working,
        work_months.is_point_to_point,
        work_months.start_month,
        work_months.end_month,
        persons.public_post_type,
        coalesce(persons.area_code, members.area_code) as area_code,
        coalesce(persons.sex, members.sex) as sex,
        coalesce(persons.labour_capacity, work_months.labour_capacity) as labour_capacity,
        cast(substr(work_months.period, 1, 4) as integer)
        - cast(coalesce(persons.birth_year, members.birth_year) as integer) as age,
        coalesce(persons.is_listed, false) as is_listed
    from work_months
    left join persons
        on
            work_months.member_key = persons.member_key
            and work_months.period = persons.period
    left join members
        on work_months.member_key = members.member_key

),

final as (

    select
        placed.period,
        placed.household_key,
        placed.member_key,
        placed.person_key,
        placed.area_code,
        placed.sex,
        case
            when placed.age between thresholds.working_age_min and thresholds.young_age_max then 'young'
            when placed.age between thresholds.young_age_max + 1 and thresholds.prime_age_max then 'middle'
            when placed.age between thresholds.prime_age_max + 1 and thresholds.elder_age_max then 'elder'
            else 'other'
        end as age_group,
        placed.labour_capacity,
        placed.work_region,
        case
            when not placed.is_working then null
            when placed.work_region in ('乡（镇）内', '乡（镇）外县内') then 'county'
            when placed.work_region = '县外省内' then 'province'
            when placed.work_region = '省外' then 'outside'
            else 'other'
        end as destination,
        placed.industry_name,
        placed.employment_channel,
        placed.public_post_type,
        cast(placed.age as integer) as age,
        cast(case when placed.is_working then placed.monthly_wage_cny end as decimal(18, 2)) as monthly_wage_cny,
        cast(
            sum(case when placed.is_working then 1 else 0 end) over (
                partition by placed.member_key, substr(placed.period, 1, 4)
                order by placed.period
                rows between unbounded preceding and current row
            ) as bigint
        ) as worked_month_count,
        placed.is_listed,
        coalesce(
            placed.labour_capacity in ('普通劳动力', '技能劳动力', '弱劳动力或半劳动力')
            and placed.age between thresholds.working_age_min and thresholds.elder_age_max,
            false
        ) as is_labour_force,
        placed.is_working,
        placed.is_point_to_point,
        placed.public_post_type is not null as has_public_post,
        case
            when placed.is_working
                then
                    placed.monthly_wage_cny < thresholds.wage_min_cny
                    or placed.monthly_wage_cny > thresholds.wage_max_cny
        end as is_wage_implausible,
        placed.start_month,
        placed.end_month
    from placed
    left join thresholds
        on
            placed.period = thresholds.period
            and placed.area_code = thresholds.area_code

)

select * from final
