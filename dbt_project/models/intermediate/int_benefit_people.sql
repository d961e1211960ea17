-- Whom the lists and payments name: in which household of the month's register, if in one, and in which village.
with

feed_rows as (

    select
        period,
        person_key,
        area_code
    from {{ ref('stg_civil_affairs__dibao') }}
    union all
    {% for model in [
        'stg_civil_affairs__tekun', 'stg_civil_affairs__temporary_aid', 'stg_civil_affairs__special_care',
        'stg_disabled_federation__disabled', 'stg_finance__subsidies', 'stg_banks__insurances',
        'stg_human_resources__pension_insured',
    ] %}
        select
            period,
            person_key,
            cast(null as varchar) as area_code
        from {{ ref(model) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

named as (

    select
        period,
        person_key,
        min(area_code) as area_code
    from feed_rows
    where person_key is not null
    group by period, person_key

),

listed as (

    select
        period,
        person_key,
        household_key,
        area_code,
        dibao_type,
        row_number() over (partition by period, person_key order by member_key) as preference
    from {{ ref('stg_rural_revitalisation__persons') }}
    where
        is_listed
        and person_key is not null

),

-- One identity may stand under two numbers of the register: the newest entry places the person.
known as (

    select
        person_key,
        area_code,
        row_number() over (partition by person_key order by last_period desc, member_key asc) as preference
    from {{ ref('dim_person') }}

),

resident_periods as (

    select max(period) as last_period
    from {{ ref('int_feed_periods') }}
    where feed = 'residents'

),

residents as (

    select
        residents.person_key,
        min(residents.area_code) as area_code
    from {{ ref('stg_public_security__residents') }} as residents
    inner join resident_periods
        on residents.period = resident_periods.last_period
    group by residents.person_key

),

final as (

    select
        named.period,
        named.person_key,
        listed.household_key,
        coalesce(listed.area_code, known.area_code, named.area_code, residents.area_code) as area_code,
        listed.person_key is not null as is_in_register,
        known.person_key is not null as was_in_register
    from named
    left join listed
        on
            named.period = listed.period
            and named.person_key = listed.person_key
            and listed.preference = 1
    left join known
        on
            named.person_key = known.person_key
            and known.preference = 1
    left join residents
        on named.person_key = residents.person_key

)

select * from final
