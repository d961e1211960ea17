with

persons as (

    select
        *,
        coalesce(
            work_outside,
            work_province,
            work_county,
            work_workshop,
            work_public_post,
            work_own_business
        ) is not null as is_working,
        coalesce(is_labour, false) and coalesce(remark, '') not like '%死亡%' as is_able
    from {{ ref('stg_development_reform__relocated_persons') }}

),

bars as (

    select * from {{ ref('int_guarantee_bars') }}

),

-- The file tells a household by its head; movers outside the register have no number.
households as (

    select
        period,
        head_person_key,
        min(household_key) as household_key,
        min(area_code) as area_code,
        min(settlement_code) as settlement_code,
        min(mover_type) as mover_type,
        min(placement) as placement,
        min(eligibility_result) as eligibility_result,
        min(relocation_year) as relocation_year,
        max(allocation_member_count) as allocation_member_count,
        max(housing_area_m2) as housing_area_m2,
        count(*) as listed_person_count,
        sum({{ one_if('is_able') }}) as labour_person_count,
        sum({{ one_if('is_able and is_working') }}) as working_person_count,
        max({{ one_if('is_moved_in') }}) = 1 as is_moved_in,
        max({{ one_if('is_old_house_demolished') }}) = 1 as is_old_house_demolished,
        max(eligibility_month) as eligibility_month,
        min(key_handed_date) as key_handed_date,
        min(moved_in_date) as moved_in_date,
        {{ first_address() }}
    from persons
    group by period, head_person_key

),

final as (

    select
        households.period,
        households.head_person_key,
        households.household_key,
        households.area_code,
        households.settlement_code,
        case households.mover_type when '建档立卡' then 'registered' else 'synchronous' end as mover_type,
        case households.placement when '集中安置' then 'settled' else 'scattered' end as placement,
        households.eligibility_result,
        cast(households.relocation_year as integer) as relocation_year,
        cast(households.allocation_member_count as bigint) as allocation_member_count,
        cast(households.listed_person_count as bigint) as listed_person_count,
        cast(households.labour_person_count as bigint) as labour_person_count,
        cast(households.working_person_count as bigint) as working_person_count,
        cast(households.housing_area_m2 as decimal(18, 4)) as housing_area_m2,
        cast(bars.value as decimal(18, 4)) as area_bar_m2,
        households.is_moved_in,
        households.is_old_house_demolished,
        -- The limit is one for registered movers; others pay for what is above it.
        case
            when households.mover_type = '建档立卡'
                then households.housing_area_m2 > bars.value * households.allocation_member_count
        end as is_above_area_bar,
        {{ month_of('households.eligibility_month') }} = households.period as is_checked_in_month,
        households.labour_person_count > 0 and households.working_person_count = 0 as is_without_work,
        households.eligibility_month,
        households.key_handed_date,
        households.moved_in_date,
        households.receipt_id,
        households.source_sheet,
        cast(households.source_row as integer) as source_row
    from households
    left join bars
        on
            households.area_code = bars.area_code
            and households.period = bars.period
            and bars.bar = 'relocation_area_m2'

)

select * from final
