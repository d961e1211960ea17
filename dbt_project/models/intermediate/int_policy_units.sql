-- Who is entitled to which policy and who has it, of all subjects. Null: cannot be told.
with

policy_periods as (

    select * from {{ ref('int_policy_periods') }}

),

bounds as (

    select * from {{ ref('int_policy_bounds') }}

),

units as (

    {% for subject in ['social', 'schooling', 'health', 'insurance', 'industry'] %}
        select * from {{ ref('int_policy_' ~ subject ~ '_units') }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

final as (

    select
        units.policy_name,
        policy_periods.calendar_year,
        units.period,
        units.unit_key,
        units.person_key,
        units.household_key,
        units.area_code,
        case
            when units.is_entitled is null then 'unknown'
            when units.is_entitled and units.is_receiving then 'covered'
            when units.is_entitled then 'without'
            when units.is_receiving and units.is_barred and bounds.is_exclusive then 'without_right'
            when units.is_receiving then 'others'
            else 'none'
        end as coverage,
        units.is_receiving,
        units.receipt_id,
        units.source_sheet,
        units.source_row
    from units
    inner join policy_periods
        on
            units.policy_name = policy_periods.policy_name
            and units.period = policy_periods.period
    inner join bounds
        on
            units.policy_name = bounds.policy_name
            and units.period = bounds.period
            and units.area_code = bounds.area_code

)

select * from final
