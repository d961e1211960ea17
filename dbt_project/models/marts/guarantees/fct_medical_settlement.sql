with

settlements as (

    select
        *,
        coalesce(basic_paid_cny, 0)
        + coalesce(serious_illness_paid_cny, 0)
        + coalesce(policy_paid_cny, 0)
        + coalesce(assistance_paid_cny, 0)
        + coalesce(fiscal_paid_cny, 0) as in_scope_paid_cny,
        coalesce(outside_scope_paid_cny, 0) + coalesce(hospital_borne_cny, 0) as other_paid_cny
    from {{ ref('stg_medical_insurance__settled_treatments') }}

),

people as (

    select * from {{ ref('int_register_people') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}

),

joined as (

    select
        settlements.*,
        people.household_key,
        people.person_key is not null as is_registered,
        bars.value as reimbursement_bar
    from settlements
    left join people
        on
            substr(settlements.period, 1, 4) = people.calendar_year
            and settlements.person_key = people.person_key
            and people.is_first
    left join bars
        on
            settlements.area_code = bars.area_code
            and settlements.period = bars.period
            and bars.bar = 'reimbursement'

),

final as (

    select
        period,
        person_key,
        household_key,
        area_code,
        visit_type,
        disease_name,
        hospital_name,
        cast(substr(period, 1, 4) as integer) as calendar_year,
        cast(total_cost_cny as decimal(18, 2)) as total_cost_cny,
        cast(in_scope_cost_cny as decimal(18, 2)) as in_scope_cost_cny,
        cast(in_scope_paid_cny as decimal(18, 2)) as in_scope_paid_cny,
        cast(own_payment_cny as decimal(18, 2)) as own_payment_cny,
        cast(total_cost_cny - in_scope_paid_cny - other_paid_cny - own_payment_cny as decimal(18, 2))
            as unexplained_cny,
        is_registered,
        -- The bar is one for registered in-patients whose referral was in order, on costs inside the scope.
        is_registered and visit_type = '住院' and coalesce(is_referred, false) and in_scope_cost_cny > 0
            as is_under_bar_rule,
        case
            when
                is_registered and visit_type = '住院' and coalesce(is_referred, false) and in_scope_cost_cny > 0
                then in_scope_paid_cny < reimbursement_bar * in_scope_cost_cny
        end as is_below_bar,
        admitted_date,
        discharged_date,
        settled_date,
        receipt_id,
        source_sheet,
        source_row
    from joined

)

select * from final
