-- Resident pension insurance: who is insured in a year, who draws a pension, for whom the treasury pays the premium.
with

pensions as (

    select *
    from {{ ref('stg_human_resources__pension_insured') }}
    where cast(insured_year as varchar) = substr(period, 1, 4)

),

last_lists as (

    {{ last_month_of_each_year(of='pensions') }}

),

people as (

    select * from {{ ref('int_benefit_people') }}

),

final as (

    select
        pensions.period,
        last_lists.calendar_year,
        pensions.person_key,
        people.household_key,
        people.area_code,
        pensions.insurance_type,
        pensions.insurance_status,
        pensions.benefit_status,
        cast(pensions.premium_cny as decimal(18, 2)) as premium_cny,
        cast(pensions.fiscal_premium_cny as decimal(18, 2)) as fiscal_premium_cny,
        people.is_in_register,
        pensions.insurance_status <> '未参保' as is_insured,
        coalesce(pensions.fiscal_premium_cny > 0 or pensions.insurance_status = '代缴', false) as is_paid_for,
        coalesce(pensions.benefit_status = '领取', false) as is_drawing,
        pensions.receipt_id,
        pensions.source_sheet,
        pensions.source_row
    from pensions
    inner join last_lists
        on pensions.period = last_lists.period
    left join people
        on
            pensions.period = people.period
            and pensions.person_key = people.person_key

)

select * from final
