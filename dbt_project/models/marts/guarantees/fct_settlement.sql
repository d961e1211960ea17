with

settlements as (

    select * from {{ ref('stg_development_reform__settlements') }}

),

households as (

    select
        period,
        settlement_code,
        count(*) as household_count,
        sum(allocation_member_count) as person_count,
        sum(labour_person_count) as labour_person_count,
        sum(working_person_count) as working_person_count,
        sum({{ one_if('is_without_work') }}) as zero_employment_household_count
    from {{ ref('fct_relocated_household') }}
    group by period, settlement_code

),

mover_months as (

    select period
    from {{ ref('int_feed_periods') }}
    where feed = 'relocation'

),

final as (

    select
        settlements.period,
        settlements.settlement_code,
        settlements.area_code,
        settlements.settlement_name,
        settlements.settlement_type,
        settlements.facilities,
        settlements.managing_office,
        cast(settlements.planned_household_count as bigint) as planned_household_count,
        cast(settlements.planned_person_count as bigint) as planned_person_count,
        cast(settlements.workshop_count as bigint) as workshop_count,
        cast(settlements.job_count as bigint) as job_count,
        {% for measure in ['household', 'person', 'labour_person', 'working_person', 'zero_employment_household'] %}
            cast(
                case when mover_months.period is not null then coalesce(households.{{ measure }}_count, 0) end as bigint
            ) as {{ measure }}_count,
        {% endfor %}
        cast(
            case
                when mover_months.period is not null
                    then coalesce(households.labour_person_count - households.working_person_count, 0)
            end as bigint
        ) as without_work_person_count,
        settlements.built_date,
        settlements.equipped_date,
        settlements.receipt_id,
        settlements.source_sheet,
        settlements.source_row
    from settlements
    left join mover_months
        on settlements.period = mover_months.period
    left join households
        on
            settlements.period = households.period
            and settlements.settlement_code = households.settlement_code

)

select * from final
