{% set items = ['education', 'medical', 'housing', 'water'] %}

with

households as (

    select
        household_key,
        area_code,
        cast(income_year as varchar) as period
    from {{ ref('int_income_registers') }}

),

years as (

    {{ periods_of_feeds(['education_enrolment', 'medical_insurance', 'dangerous_housing', 'water_safety']) }}

),

-- A household with a child of school age that is not in school, or that nobody has on a list.
education as (

    select
        period,
        household_key,
        max({{ one_if("schooling_status = 'not_in_school'") }}) as is_not_met,
        max({{ one_if("schooling_status = 'not_on_list'") }}) as is_unknown,
        max(case when schooling_status = 'not_in_school' then schooling_form end) as reason,
        max(case when schooling_status = 'not_in_school' then receipt_id end) as receipt_id,
        max(case when schooling_status = 'not_in_school' then source_row end) as source_row
    from {{ ref('fct_schooling') }}
    where is_school_age
    group by period, household_key

),

medical as (

    select
        period,
        household_key,
        max({{ one_if("insured_status = 'not_insured'") }}) as is_not_met,
        max({{ one_if("insured_status = 'not_on_list'") }}) as is_unknown,
        max(case when insured_status = 'not_insured' then '未参保' end) as reason,
        max(case when insured_status = 'not_insured' then receipt_id end) as receipt_id,
        max(case when insured_status = 'not_insured' then source_row end) as source_row
    from {{ ref('fct_medical_insurance') }}
    group by period, household_key

),

housing as (

    select
        cast(calendar_year as varchar) as period,
        household_key,
        max({{ one_if('is_not_yet_safe') }}) as is_not_met,
        0 as is_unknown,
        max(case when is_not_yet_safe then house_grade || '级' end) as reason,
        max(case when is_not_yet_safe then receipt_id end) as receipt_id,
        max(case when is_not_yet_safe then source_row end) as source_row
    from {{ ref('fct_dwelling') }}
    where
        is_year_end
        and household_key is not null
    group by calendar_year, household_key

),

water as (

    select
        period,
        household_key,
        {{ one_if("water_status = 'unsafe'") }} as is_not_met,
        {{ one_if("water_status = 'not_on_list'") }} as is_unknown,
        unsafe_reason as reason,
        receipt_id,
        source_row
    from {{ ref('fct_household_water') }}

),

judged as (

    {% for item in items %}
        select
            households.period,
            households.household_key,
            households.area_code,
            '{{ item }}' as item,
            {% if item == 'education' -%}
                -- Without a child of school age there is nothing to secure.
                case
                    when not years.has_education_enrolment then 'not_reported'
                    when education.is_not_met = 1 then 'not_met'
                    when education.is_unknown = 1 then 'not_reported'
                    else 'met'
                end as item_status,
            {%- else -%}
                case
                    when {{ item }}.is_not_met = 1 then 'not_met'
                    when {{ item }}.is_not_met = 0 and {{ item }}.is_unknown = 0 then 'met'
                    else 'not_reported'
                end as item_status,
            {%- endif %}
            {{ item }}.reason,
            {{ item }}.receipt_id,
            {{ item }}.source_row
        from households
        inner join years
            on households.period = years.period
        left join {{ item }}
            on
                households.period = {{ item }}.period
                and households.household_key = {{ item }}.household_key
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        period,
        household_key,
        area_code,
        item,
        item_status,
        case when item_status = 'not_met' then reason end as reason,
        item_status = 'not_met' as is_lead,
        case when item_status = 'not_met' then receipt_id end as receipt_id,
        cast(case when item_status = 'not_met' then source_row end as integer) as source_row
    from judged

)

select * from final
