with

people as (

    select * from {{ ref('int_register_people') }}

),

last_lists as (

    {{ last_month_of_each_year('medical_insurance') }}

),

-- A person may stand on the list twice, once with each kind of insurance: what insures counts.
ranked as (

    select
        lists.*,
        last_lists.calendar_year,
        row_number() over (
            partition by lists.period, lists.person_key
            order by {{ one_if("lists.insurance_status = '未参保'") }}, lists.insurance_type, lists.source_row
        ) as preference
    from {{ ref('stg_medical_insurance__insured_persons') }} as lists
    inner join last_lists
        on lists.period = last_lists.period
    where cast(lists.insured_year as varchar) = last_lists.calendar_year

),

final as (

    select
        people.calendar_year as period,
        people.member_key,
        people.person_key,
        people.household_key,
        people.area_code,
        ranked.insurance_type,
        case
            when ranked.person_key is null then 'not_on_list'
            when ranked.insurance_status = '未参保' then 'not_insured'
            else 'insured'
        end as insured_status,
        cast(ranked.premium_cny as decimal(18, 2)) as premium_cny,
        cast(ranked.subsidy_cny as decimal(18, 2)) as subsidy_cny,
        coalesce(ranked.subsidy_cny > 0 or ranked.insurance_status = '代缴', false) as is_subsidised,
        ranked.paid_date,
        ranked.receipt_id,
        ranked.source_sheet,
        ranked.source_row
    from people
    inner join last_lists
        on people.calendar_year = last_lists.calendar_year
    left join ranked
        on
            people.calendar_year = ranked.calendar_year
            and people.person_key = ranked.person_key
            and ranked.preference = 1

)

select * from final
