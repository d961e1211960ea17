{% set address = ['receipt_id', 'source_sheet', 'source_row'] %}

with

people as (

    select * from {{ ref('int_benefit_people') }}

),

benefits as (

    select * from {{ ref('social_benefits') }}

),

-- The household's money stands on each member's row of the list: here on its first row, and 0 on the others.
dibao as (

    select
        period,
        'dibao' as benefit,
        'list' as record_kind,
        dibao_class as benefit_class,
        person_key,
        head_person_key as applicant_key,
        supported_since_month as from_month,
        cast(null as date) as event_date,
        cast(null as bigint) as time_count,
        case
            when row_number() over (partition by period, head_person_key order by source_sheet, source_row) = 1
                then household_amount_cny
            else 0
        end as amount_cny,
        {{ address | join(', ') }}
    from {{ ref('stg_civil_affairs__dibao') }}
    where dibao_status is null or dibao_status <> '停保'

),

tekun as (

    select
        period,
        'tekun' as benefit,
        'list' as record_kind,
        support_form as benefit_class,
        person_key,
        person_key as applicant_key,
        cast(null as date) as from_month,
        cast(null as date) as event_date,
        cast(null as bigint) as time_count,
        month_amount_cny as amount_cny,
        {{ address | join(', ') }}
    from {{ ref('stg_civil_affairs__tekun') }}

),

aid as (

    {% for benefit, amount, times in [
        ('temporary_aid', 'aid_cny', 'coalesce(aid_time_count, 1)'), ('medical_aid', 'medical_aid_cny', '1'),
    ] %}
        select
            period,
            '{{ benefit }}' as benefit,
            'grant' as record_kind,
            aid_reason as benefit_class,
            person_key,
            person_key as applicant_key,
            cast(null as date) as from_month,
            aid_date as event_date,
            {{ times }} as time_count,
            {{ amount }} as amount_cny,
            {{ address | join(', ') }}
        from {{ ref('stg_civil_affairs__temporary_aid') }}
        where {{ amount }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- The federation's list says who has a subsidy and not how much: the money is in the payments.
disability as (

    {% for benefit, condition in [
        ('certificate', 'true'), ('living_subsidy', 'has_living_subsidy'), ('nursing_subsidy', 'has_nursing_subsidy'),
    ] %}
        select
            period,
            '{{ benefit }}' as benefit,
            'list' as record_kind,
            disability_grade as benefit_class,
            person_key,
            person_key as applicant_key,
            certified_date as from_month,
            cast(null as date) as event_date,
            cast(null as bigint) as time_count,
            cast(null as decimal(18, 2)) as amount_cny,
            {{ address | join(', ') }}
        from {{ ref('stg_disabled_federation__disabled') }}
        where {{ condition }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

payments as (

    select
        subsidies.period,
        coalesce(benefits.benefit, 'other') as benefit,
        'payment' as record_kind,
        subsidies.subsidy_name as benefit_class,
        subsidies.person_key,
        subsidies.person_key as applicant_key,
        cast(null as date) as from_month,
        subsidies.paid_date as event_date,
        cast(null as bigint) as time_count,
        subsidies.paid_cny as amount_cny,
        subsidies.receipt_id,
        subsidies.source_sheet,
        subsidies.source_row
    from {{ ref('stg_finance__subsidies') }} as subsidies
    left join benefits
        on subsidies.subsidy_name = benefits.subsidy_name

),

records as (

    select * from dibao
    union all
    select * from tekun
    union all
    select * from aid
    union all
    select * from disability
    union all
    select * from payments

),

final as (

    select
        records.period,
        records.benefit,
        records.record_kind,
        records.benefit_class,
        records.person_key,
        records.applicant_key,
        people.household_key,
        people.area_code,
        cast(records.time_count as bigint) as time_count,
        cast(records.amount_cny as decimal(18, 2)) as amount_cny,
        people.is_in_register,
        people.was_in_register,
        records.from_month,
        records.event_date,
        records.receipt_id,
        records.source_sheet,
        records.source_row
    from records
    left join people
        on
            records.period = people.period
            and records.person_key = people.person_key

)

select * from final
