-- One row per recognition with its first measure. The register of measures is the truth for the households that it is
-- about, the registered ones, once its file reaches the day on which the measure was due; for others what the register
-- of the monitored says.
with

spells as (

    select
        *,
        least(last_day(eliminated_month), removed_date) as ended_date,
        {{ period_end('period') }} as as_of_date
    from {{ ref('fct_monitoring') }}

),

measures as (

    select * from {{ ref('fct_household_measure') }}

),

registered as (

    select household_key
    from {{ ref('dim_household') }}

),

files as (

    select
        substr(period, 1, 4) as list_year,
        {{ period_end('max(period)') }} as list_until_date
    from {{ ref('int_feed_periods') }}
    where feed = 'household_measures'
    group by substr(period, 1, 4)

),

-- A file tells of its year: that of the recognition has to be there, and one that reaches the day due.
covered as (

    select
        spells.household_key,
        spells.spell_number,
        max(files.list_until_date) as list_until_date,
        max({{ one_if("files.list_year = substr(cast(spells.recognised_date as varchar), 1, 4)") }}) = 1
        and max(files.list_until_date) >= min(spells.measure_due_date) as is_covered
    from spells
    inner join registered
        on spells.household_key = registered.household_key
    cross join files
    group by spells.household_key, spells.spell_number

),

listed as (

    select
        spells.household_key,
        spells.spell_number,
        count(*) as listed_measure_count,
        min(measures.measure_date) as listed_measure_date,
        min_by(measures.measure_kind, measures.measure_date) as listed_measure_kind
    from spells
    inner join measures
        on
            spells.household_key = measures.household_key
            and spells.recognised_date <= measures.measure_date
            and coalesce(spells.ended_date, measures.measure_date) >= measures.measure_date
    group by spells.household_key, spells.spell_number

),

judged as (

    select
        spells.*,
        covered.list_until_date,
        coalesce(covered.is_covered, false) as is_covered,
        coalesce(listed.listed_measure_count, 0) as listed_measure_count,
        listed.listed_measure_date,
        listed.listed_measure_kind,
        spells.ended_date is null as is_open,
        case
            when coalesce(covered.is_covered, false) then listed.listed_measure_date
            else spells.first_measure_date
        end as true_measure_date
    from spells
    left join covered
        on
            spells.household_key = covered.household_key
            and spells.spell_number = covered.spell_number
    left join listed
        on
            spells.household_key = listed.household_key
            and spells.spell_number = listed.spell_number

),

final as (

    select
        household_key,
        spell_number,
        area_code,
        monitoring_class,
        risk,
        case when is_covered then 'household_measures' else 'monitoring_register' end as truth_feed,
        case
            when true_measure_date > measure_due_date then 'late'
            when true_measure_date is not null then 'measured'
            when not is_open then 'ended'
            when measure_due_date < as_of_date then 'overdue'
            else 'not_due'
        end as measure_state,
        listed_measure_kind,
        cast(listed_measure_count as bigint) as listed_measure_count,
        cast(
            case
                when true_measure_date is null and is_open and measure_due_date < as_of_date
                    then {{ days_between('measure_due_date', 'as_of_date') }}
            end as integer
        ) as overdue_days,
        is_open,
        is_covered and first_measure_date is not null and listed_measure_date is null as is_claimed_only,
        recognised_date,
        measure_due_date,
        first_measure_date as claimed_measure_date,
        listed_measure_date,
        true_measure_date as first_measure_date,
        list_until_date,
        as_of_date,
        period,
        receipt_id,
        source_sheet,
        source_row
    from judged

)

select * from final
