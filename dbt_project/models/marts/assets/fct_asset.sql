with

books as (

    select * from {{ ref('stg_rural_revitalisation__assets') }}

),

last_ledgers as (

    {{ last_month_of_each_year('assets') }}

),

county_book as (

    select * from books
    where book_level = '县级台账'

),

township_book as (

    select * from books
    where book_level = '乡级台账'

),

-- A level of management belongs into the township book of a ledger when that book holds assets of it at all.
township_levels as (

    select distinct
        period,
        management_level
    from township_book

),

paired as (

    select
        coalesce(county_book.period, township_book.period) as period,
        coalesce(county_book.asset_id, township_book.asset_id) as asset_id,
        {% for column in [
            'project_id', 'household_key', 'area_code', 'asset_name', 'asset_class', 'management_level',
            'ownership_level', 'use_state', 'operating_mode', 'operator_name', 'count_result', 'formed_year',
            'original_value_cny', 'yield_due_cny', 'yield_paid_cny', 'yield_distributed_cny', 'certificate_number',
            'sign_number', 'contract_number', 'contract_end_date', 'handed_over_date', 'counted_date', 'receipt_id',
            'source_sheet', 'source_row',
        ] %}
            coalesce(county_book.{{ column }}, township_book.{{ column }}) as {{ column }},
        {% endfor %}
        township_book.original_value_cny as township_value_cny,
        county_book.asset_id is not null as is_in_county_book,
        township_book.asset_id is not null as is_in_township_book
    from county_book
    full join township_book
        on
            county_book.asset_id = township_book.asset_id
            and county_book.period = township_book.period

),

final as (

    select
        paired.period,
        paired.asset_id,
        last_ledgers.calendar_year,
        paired.project_id,
        paired.household_key,
        paired.area_code,
        paired.asset_name,
        case paired.asset_class
            when '经营性' then 'operating'
            when '公益性' then 'public'
            else 'household'
        end as asset_class,
        case paired.management_level
            when '县管' then 'county'
            when '乡管' then 'township'
            when '村管' then 'village'
            else 'household'
        end as management_level,
        paired.ownership_level,
        paired.use_state,
        paired.operating_mode,
        paired.operator_name,
        case
            when township_levels.management_level is null then null
            when not paired.is_in_county_book then 'township_only'
            when not paired.is_in_township_book then 'county_only'
            when paired.original_value_cny <> paired.township_value_cny then 'differs'
            else 'same'
        end as book_status,
        paired.count_result,
        cast(paired.formed_year as integer) as formed_year,
        cast(paired.original_value_cny as decimal(18, 2)) as original_value_cny,
        cast(paired.township_value_cny as decimal(18, 2)) as township_value_cny,
        cast(paired.yield_due_cny as decimal(18, 2)) as yield_due_cny,
        cast(paired.yield_paid_cny as decimal(18, 2)) as yield_paid_cny,
        cast(paired.yield_distributed_cny as decimal(18, 2)) as yield_distributed_cny,
        last_ledgers.period is not null as is_year_end,
        paired.is_in_county_book,
        paired.is_in_township_book,
        paired.certificate_number is not null as has_certificate,
        paired.sign_number is not null as has_sign,
        paired.use_state = '闲置' as is_idle,
        paired.use_state = '损毁' as is_damaged,
        coalesce(paired.contract_end_date <= {{ period_end('paired.period') }}, false) as is_contract_over,
        paired.asset_class = '经营性' and paired.contract_number is null as is_contract_missing,
        coalesce(paired.yield_paid_cny, 0) < coalesce(paired.yield_due_cny, 0) as is_yield_unpaid,
        coalesce(paired.yield_distributed_cny, 0) < coalesce(paired.yield_paid_cny, 0) as is_yield_undistributed,
        paired.contract_end_date,
        paired.handed_over_date,
        paired.counted_date,
        paired.receipt_id,
        paired.source_sheet,
        paired.source_row
    from paired
    left join last_ledgers
        on paired.period = last_ledgers.period
    left join township_levels
        on
            paired.period = township_levels.period
            and paired.management_level = township_levels.management_level

)

select * from final
