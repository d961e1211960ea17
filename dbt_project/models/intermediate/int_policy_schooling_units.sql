-- Aid of pupils: registered pupils of a stage, by the year's last school list; whoever was paid beside them.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

aid_projects as (

    select * from {{ ref('policy_aid_projects') }}

),

policy_stages as (

    select distinct
        policy_name,
        education_stage
    from aid_projects

),

people as (

    select *
    from {{ ref('int_register_people') }}
    where is_first

),

told as (

    select distinct
        policy_periods.policy_name,
        policy_periods.calendar_year,
        policy_periods.period
    from policy_periods
    inner join aid_projects
        on policy_periods.policy_name = aid_projects.policy_name

),

-- Somebody on several lists of the year: where did the last one see them, and was any of them at school in a stage?
pupils as (

    select
        told.policy_name,
        told.calendar_year,
        lists.person_key,
        max(
            case
                when lists.schooling_form in ('正常', '送教上门') and policy_stages.education_stage is not null then 1
                else 0
            end
        ) = 1 as was_at_school,
        max(
            case
                when
                    lists.period = told.period
                    and lists.schooling_form in ('正常', '送教上门')
                    and policy_stages.education_stage is not null
                    then 1
                else 0
            end
        ) = 1 as is_at_school,
        {{ first_address(of='lists', among='lists.period = told.period') }}
    from {{ ref('stg_education__pupils') }} as lists
    inner join told
        on substr(lists.period, 1, 4) = told.calendar_year
    left join policy_stages
        on
            told.policy_name = policy_stages.policy_name
            and lists.education_stage = policy_stages.education_stage
    where lists.person_key is not null
    group by told.policy_name, told.calendar_year, lists.person_key

),

policy_projects as (

    select distinct
        policy_name,
        aid_project
    from aid_projects

),

-- The first payment of the year stands for a person: its row is the address of a lead.
payments as (

    select
        policy_projects.policy_name,
        substr(aid.period, 1, 4) as calendar_year,
        aid.person_key,
        aid.area_code,
        aid.receipt_id,
        aid.source_sheet,
        aid.source_row,
        row_number() over (
            partition by policy_projects.policy_name, substr(aid.period, 1, 4), aid.person_key
            order by aid.paid_date, aid.receipt_id, aid.source_sheet, aid.source_row
        ) as payment_number
    from {{ ref('stg_education__student_aid') }} as aid
    inner join policy_projects
        on aid.aid_project = policy_projects.aid_project
    where
        aid.person_key is not null
        and aid.aid_cny > 0

),

paid as (

    select *
    from payments
    where payment_number = 1

),

at_school as (

    select
        pupils.*,
        people.household_key,
        people.area_code
    from pupils
    inner join people
        on
            pupils.calendar_year = people.calendar_year
            and pupils.person_key = people.person_key
    where pupils.is_at_school

),

either as (

    select
        coalesce(at_school.policy_name, paid.policy_name) as policy_name,
        coalesce(at_school.calendar_year, paid.calendar_year) as calendar_year,
        coalesce(at_school.person_key, paid.person_key) as person_key,
        paid.area_code as paid_area_code,
        at_school.person_key is not null as is_entitled,
        paid.person_key is not null as is_receiving,
        coalesce(paid.receipt_id, at_school.receipt_id) as receipt_id,
        case when paid.receipt_id is null then at_school.source_sheet else paid.source_sheet end as source_sheet,
        coalesce(paid.source_row, at_school.source_row) as source_row
    from at_school
    full join paid
        on
            at_school.policy_name = paid.policy_name
            and at_school.calendar_year = paid.calendar_year
            and at_school.person_key = paid.person_key

),

-- A registered pupil who was paid and stands on no list of this county may go to school elsewhere: not told.
final as (

    select
        either.policy_name,
        policy_periods.period,
        either.person_key as unit_key,
        either.person_key,
        people.household_key,
        coalesce(people.area_code, either.paid_area_code) as area_code,
        case
            when either.is_entitled then true
            when people.person_key is not null and pupils.person_key is null then null
            else false
        end as is_entitled,
        either.is_receiving,
        coalesce(not pupils.was_at_school, false) as is_barred,
        either.receipt_id,
        either.source_sheet,
        either.source_row
    from either
    inner join policy_periods
        on
            either.policy_name = policy_periods.policy_name
            and either.calendar_year = policy_periods.calendar_year
    left join people
        on
            either.calendar_year = people.calendar_year
            and either.person_key = people.person_key
    left join pupils
        on
            either.policy_name = pupils.policy_name
            and either.calendar_year = pupils.calendar_year
            and either.person_key = pupils.person_key

)

select * from final
