with

loans as (

    select * from {{ ref('stg_banks__small_loans') }}

),

households as (

    select * from {{ ref('dim_household') }}

),

loan_parameters as (

    select * from {{ ref('loan_thresholds') }}

),

placed as (

    select
        loans.*,
        households.area_code,
        {{ period_end('loans.period') }} as ledger_date,
        lag(loans.due_date) over (
            partition by loans.period, loans.household_key
            order by loans.started_date, loans.loan_number
        ) as previous_due_date
    from loans
    left join households
        on loans.household_key = households.household_key

),

villages as (

    select distinct
        period,
        area_code
    from placed
    where area_code is not null

),

thresholds as (

    {{ parameters_of_villages('loan_parameters', 'villages', columns=['due_soon_days', 'renewal_gap_days']) }}

),

-- The newest ledger of industries that a bank's ledger can be held against.
participation_periods as (

    select
        ledgers.period,
        max(feed_periods.period) as participation_period
    from (select distinct period from loans) as ledgers
    inner join {{ ref('int_feed_periods') }} as feed_periods
        on
            feed_periods.feed = 'industry_participation'
            and ledgers.period >= feed_periods.period
    group by ledgers.period

),

participating as (

    select distinct
        period,
        household_key
    from {{ ref('fct_industry_participation') }}

),

judged as (

    select
        placed.*,
        placed.balance_cny > 0 as is_outstanding,
        {{ days_between('placed.ledger_date', 'placed.due_date') }} as days_to_due,
        thresholds.due_soon_days,
        {{ days_between('placed.previous_due_date', 'placed.started_date') }} between 0 and thresholds.renewal_gap_days
            as is_renewal,
        participation_periods.participation_period,
        participating.household_key is not null as is_participating
    from placed
    left join thresholds
        on
            placed.period = thresholds.period
            and placed.area_code = thresholds.area_code
    left join participation_periods
        on placed.period = participation_periods.period
    left join participating
        on
            participation_periods.participation_period = participating.period
            and placed.household_key = participating.household_key

),

final as (

    select
        period,
        loan_number,
        household_key,
        area_code,
        bank_name,
        loan_purpose,
        coalesce(use_mode, '未填') as use_mode,
        loan_status,
        cast(term_months as integer) as term_months,
        cast(loan_cny as decimal(18, 2)) as loan_cny,
        cast(balance_cny as decimal(18, 2)) as balance_cny,
        cast(interest_subsidy_cny as decimal(18, 2)) as interest_subsidy_cny,
        cast(risk_compensation_cny as decimal(18, 2)) as risk_compensation_cny,
        cast(days_to_due as bigint) as days_to_due,
        is_outstanding,
        is_outstanding and days_to_due >= 0 and days_to_due <= due_soon_days as is_due_soon,
        is_outstanding and days_to_due < 0 as is_overdue,
        coalesce(loan_status = '展期', false) as is_extended,
        coalesce(is_renewal, false) as is_renewal,
        is_outstanding and loan_purpose is null as is_without_use,
        is_outstanding and coalesce(use_mode in ('户贷企用', '户贷社用'), false) as is_passed_on,
        case when participation_period is not null then is_outstanding and not is_participating end
            as is_without_industry,
        (is_outstanding and days_to_due < 0 and coalesce(loan_status, '') <> '逾期')
        or (is_outstanding and coalesce(loan_status, '') = '结清') as is_status_contradicted,
        started_date,
        due_date,
        receipt_id,
        source_sheet,
        source_row
    from judged

)

select * from final
