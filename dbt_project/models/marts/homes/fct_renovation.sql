with

houses as (

    select * from {{ ref('stg_housing__houses') }}

),

dwellings as (

    select * from {{ ref('fct_dwelling') }}

),

minimums as (

    select * from {{ ref('int_housing_minimums') }}

),

measured as (

    select
        houses.*,
        dwellings.calendar_year,
        dwellings.target_group,
        dwellings.house_grade as grade_letter,
        dwellings.is_year_end,
        dwellings.is_dangerous,
        coalesce(houses.renovation_stage = '竣工已验收', false) as is_finished,
        case
            when houses.member_count = 1 then minimums.one_person_m2
            when houses.member_count = 2 then minimums.two_person_m2
            when houses.member_count = 3 then minimums.three_person_m2
            when houses.member_count > 3 then minimums.per_head_m2 * houses.member_count
        end as minimum_area_m2
    from houses
    inner join dwellings
        on
            houses.house_id = dwellings.house_id
            and houses.period = dwellings.period
    -- The minimum of the month of acceptance, before that of the ledger's month.
    left join minimums
        on
            houses.area_code = minimums.area_code
            and coalesce({{ month_of('houses.accepted_date') }}, houses.period) = minimums.period
    where dwellings.is_in_renovation

),

final as (

    select
        period,
        house_id,
        calendar_year,
        household_key,
        area_code,
        target_group,
        grade_letter as house_grade,
        cast(renovation_year as integer) as renovation_year,
        renovation_method,
        renovation_stage,
        cast(member_count as bigint) as member_count,
        cast(renovated_area_m2 as decimal(18, 4)) as renovated_area_m2,
        cast(minimum_area_m2 as decimal(18, 4)) as minimum_area_m2,
        cast(subsidy_cny as decimal(18, 2)) as subsidy_cny,
        cast(paid_subsidy_cny as decimal(18, 2)) as paid_subsidy_cny,
        cast(central_fund_cny as decimal(18, 2)) as central_fund_cny,
        cast(provincial_fund_cny as decimal(18, 2)) as provincial_fund_cny,
        cast(county_fund_cny as decimal(18, 2)) as county_fund_cny,
        cast(own_fund_cny as decimal(18, 2)) as own_fund_cny,
        is_year_end,
        is_dangerous,
        is_finished,
        case when is_finished then renovated_area_m2 < minimum_area_m2 end as is_below_minimum,
        started_date,
        accepted_date,
        receipt_id,
        source_sheet,
        source_row
    from measured

)

select * from final
