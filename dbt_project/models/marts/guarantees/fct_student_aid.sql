with

payments as (

    select * from {{ ref('stg_education__student_aid') }}

),

people as (

    select * from {{ ref('int_register_people') }}

),

rates as (

    select * from {{ ref('education_aid_rates') }}

),

places as (

    select distinct
        period,
        area_code
    from payments

),

rates_of_places as (

    {{ parameters_of_villages(
        'rates',
        'places',
        columns=['aid_project', 'education_stage', 'rate_cycle', 'rate_cny'],
        per=['aid_project', 'education_stage']
    ) }}

),

final as (

    select
        payments.period,
        payments.person_key,
        people.household_key,
        payments.area_code,
        payments.term_name,
        payments.education_stage,
        payments.aid_project,
        cast(substr(payments.period, 1, 4) as integer) as calendar_year,
        cast(payments.aid_cny as decimal(18, 2)) as aid_cny,
        payments.aid_project = '生源地信用助学贷款' as is_loan,
        rates_of_places.rate_cycle,
        cast(rates_of_places.rate_cny as decimal(18, 2)) as rate_cny,
        payments.paid_date,
        payments.receipt_id,
        payments.source_sheet,
        payments.source_row
    from payments
    -- Aid reaches other families too: those of the year's register are known by the person.
    left join people
        on
            substr(payments.period, 1, 4) = people.calendar_year
            and payments.person_key = people.person_key
            and people.is_first
    left join rates_of_places
        on
            payments.period = rates_of_places.period
            and payments.area_code = rates_of_places.area_code
            and payments.aid_project = rates_of_places.aid_project
            and payments.education_stage = rates_of_places.education_stage

)

select * from final
