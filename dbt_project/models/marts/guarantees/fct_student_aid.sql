with

payments as (

    select * from {{ ref('stg_education__student_aid') }}

),

people as (

    select * from {{ ref('int_register_people') }}

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

)

select * from final
