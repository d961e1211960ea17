with

people as (

    select * from {{ ref('int_register_people') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}

),

-- The last list of a year speaks for it.
years as (

    {{ periods_of_feeds(['education_enrolment', 'education_aid']) }}

),

last_lists as (

    {{ last_month_of_each_year('education_enrolment') }}

),

pupils as (

    select
        pupils.*,
        last_lists.calendar_year
    from {{ ref('stg_education__pupils') }} as pupils
    inner join last_lists
        on pupils.period = last_lists.period

),

aided as (

    select distinct
        substr(period, 1, 4) as calendar_year,
        person_key
    from {{ ref('stg_education__student_aid') }}

),

joined as (

    select
        people.*,
        pupils.education_stage,
        pupils.schooling_form,
        pupils.absence_reason,
        pupils.school_name,
        pupils.term_name,
        pupils.receipt_id,
        pupils.source_sheet,
        pupils.source_row,
        cast(people.calendar_year as integer) - people.birth_year between youngest.value and oldest.value
            as is_school_age,
        pupils.person_key is not null as is_on_list,
        case when years.has_education_aid then aided.person_key is not null end as has_aid
    from people
    inner join years
        on
            people.calendar_year = years.period
            and years.has_education_enrolment
    inner join bars as youngest
        on
            people.area_code = youngest.area_code
            and people.period = youngest.period
            and youngest.bar = 'school_age_min'
    inner join bars as oldest
        on
            people.area_code = oldest.area_code
            and people.period = oldest.period
            and oldest.bar = 'school_age_max'
    left join pupils
        on
            people.calendar_year = pupils.calendar_year
            and people.person_key = pupils.person_key
            and people.is_first
    left join aided
        on
            people.calendar_year = aided.calendar_year
            and people.person_key = aided.person_key

),

final as (

    select
        calendar_year as period,
        member_key,
        person_key,
        household_key,
        area_code,
        education_stage,
        schooling_form,
        case
            when not is_on_list then 'not_on_list'
            when schooling_form in ('正常', '送教上门') then 'enrolled'
            else 'not_in_school'
        end as schooling_status,
        absence_reason,
        school_name,
        term_name,
        birth_year,
        is_school_age,
        -- From primary school on, registered pupils who are at school are entitled to some aid.
        is_on_list and schooling_form in ('正常', '送教上门') and education_stage <> '学前教育' as is_entitled,
        has_aid,
        receipt_id,
        source_sheet,
        cast(source_row as integer) as source_row
    from joined
    where is_school_age or is_on_list

)

select * from final
