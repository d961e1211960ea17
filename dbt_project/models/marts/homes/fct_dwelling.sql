with

houses as (

    select * from {{ ref('stg_housing__houses') }}

),

-- A year is shown by its last ledger.
last_ledgers as (

    {{ last_month_of_each_year('dangerous_housing') }}

),

-- The register that the ledger is held against is the last one of the same year.
registers as (

    select * from {{ ref('int_income_registers') }}

),

households as (

    select * from {{ ref('stg_rural_revitalisation__households') }}

),

graded as (

    select
        houses.*,
        last_ledgers.calendar_year is not null as is_year_end,
        case
            when houses.household_group = '建档立卡贫困户' then 'registered'
            when houses.household_group in ('低保户', '分散供养特困人员', '贫困残疾人家庭') then 'priority'
            when houses.household_group = '非四类重点对象' then 'outside'
            when houses.household_group = '一般农户' then 'ordinary'
            else 'unknown'
        end as target_group,
        substr(houses.house_grade, 1, 1) as grade_letter,
        houses.house_grade in ('C级', 'D级') as is_dangerous,
        coalesce(houses.renovation_stage = '竣工已验收', false) as is_accepted
    from houses
    left join last_ledgers
        on houses.period = last_ledgers.period

),

final as (

    select
        graded.period,
        graded.house_id,
        cast(substr(graded.period, 1, 4) as integer) as calendar_year,
        graded.household_key,
        graded.area_code,
        graded.target_group,
        graded.household_group,
        graded.grade_letter as house_grade,
        graded.structure_type,
        cast(graded.member_count as bigint) as member_count,
        cast(graded.built_year as integer) as built_year,
        cast(graded.floor_area_m2 as decimal(18, 4)) as floor_area_m2,
        registers.period as register_period,
        households.dangerous_house_grade as register_house_grade,
        graded.is_year_end,
        graded.is_dangerous,
        graded.renovation_year is not null or graded.renovation_method is not null as is_in_renovation,
        graded.is_dangerous and graded.is_accepted as is_made_safe,
        graded.is_dangerous and not graded.is_accepted as is_not_yet_safe,
        registers.period is not null as is_in_register,
        households.has_dangerous_house as has_dangerous_house_in_register,
        graded.graded_date,
        graded.receipt_id,
        graded.source_sheet,
        graded.source_row
    from graded
    left join registers
        on
            graded.household_key = registers.household_key
            and cast(substr(graded.period, 1, 4) as integer) = registers.income_year
    left join households
        on
            registers.household_key = households.household_key
            and registers.period = households.period

)

select * from final
