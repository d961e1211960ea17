with

courses as (

    select * from {{ ref('stg_human_resources__courses') }}

),

members as (

    select * from {{ ref('dim_person') }}

),

-- One identity may stand under two numbers of the register: the newest entry places the person.
people as (

    select
        person_key,
        member_key,
        area_code,
        row_number() over (partition by person_key order by last_period desc, member_key asc) as preference
    from members

),

final as (

    select
        courses.period,
        courses.person_key,
        people.member_key,
        people.area_code,
        courses.training_type,
        courses.training_subject,
        courses.training_office,
        courses.certificate_name,
        cast(courses.duration_days as bigint) as duration_days,
        cast(courses.training_cost_cny as decimal(18, 2)) as training_cost_cny,
        cast(
            row_number() over (
                partition by courses.person_key
                order by courses.period, courses.training_date, courses.training_type, courses.training_subject
            ) as bigint
        ) as course_number,
        cast(
            row_number() over (
                partition by courses.person_key, substr(courses.period, 1, 4)
                order by courses.period, courses.training_date, courses.training_type, courses.training_subject
            ) as bigint
        ) as course_number_in_year,
        courses.certificate_name is not null as has_certificate,
        people.member_key is not null as is_in_register,
        courses.training_date
    from courses
    left join people
        on
            courses.person_key = people.person_key
            and people.preference = 1

)

select * from final
