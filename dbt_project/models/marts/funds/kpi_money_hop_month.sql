{% set split_measures = ['split_cny', 'unsplit_cny', 'unsplit_over_limit_cny', 'split_days_weight'] %}
{% set split_counts = ['unsplit_over_limit_count', 'split_late_count'] %}
{% set paid_measures = [
    'paid_final_cny', 'transferred_cny', 'unpaid_cny', 'unpaid_over_limit_cny', 'month_paid_cny', 'year_paid_cny',
    'paid_days_weight',
] %}
{% set paid_counts = ['unpaid_over_limit_count', 'nothing_paid_count'] %}
{% set quota_measures = ['allocated_cny', 'arrived_cny', 'arrival_days_weight'] %}

with

coverage as (

    select * from {{ ref('int_fund_coverage') }}
    where fund_scope = 'all_years'

),

quotas as (

    select * from {{ ref('int_fund_quotas') }}

),

allocations as (

    select * from {{ ref('int_fund_allocations') }}

),

payments as (

    select * from {{ ref('stg_finance__fund_payments') }}

),

limits as (

    select * from {{ ref('money_hop_limits') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

-- A list of allocations speaks for its year up to its own month.
allocation_lists as (

    select
        substr(period, 1, 4) as list_year,
        max(period) as last_period
    from {{ ref('int_feed_periods') }}
    where feed = 'fund_allocation'
    group by substr(period, 1, 4)

),

months as (

    select
        coverage.*,
        min(case when allocation_lists.last_period >= coverage.period then 1 else 0 end)
            over (order by coverage.period)
            as split_mark
    from coverage
    left join allocation_lists
        on substr(coverage.period, 1, 4) = allocation_lists.list_year

),

quota_limits as (

    select
        quotas.*,
        limits.split_days,
        limits.unpaid_days,
        row_number() over (
            partition by quotas.quota_id
            order by limits.region desc, limits.valid_from desc
        ) as preference
    from quotas
    left join limits
        on
            {{ region_applies('limits.region', 'quotas.area_code') }}
            and quotas.issued_date >= limits.valid_from
            and (quotas.issued_date <= limits.valid_to or limits.valid_to is null)

),

split_months as (

    select
        months.period,
        allocations.quota_id,
        sum(allocations.split_cny) as split_cny,
        sum(allocations.split_cny * {{ days_between('quotas.issued_date', 'allocations.split_date') }})
            as split_days_weight,
        sum(
            case
                when {{ days_between('quotas.issued_date', 'allocations.split_date') }} > quotas.split_days then 1
                else 0
            end
        ) as split_late_count
    from months
    inner join allocations
        on months.period_end_date >= allocations.split_date
    inner join quota_limits as quotas
        on
            allocations.quota_id = quotas.quota_id
            and quotas.preference = 1
    group by months.period, allocations.quota_id

),

paid_months as (

    select
        months.period,
        payments.quota_id,
        sum(case when payments.is_final_payment then payments.paid_cny else 0 end) as paid_final_cny,
        sum(case when payments.is_final_payment then 0 else payments.paid_cny end) as transferred_cny,
        sum(
            case
                when payments.is_final_payment and {{ month_of('payments.paid_date') }} = months.period
                    then payments.paid_cny
                else 0
            end
        ) as month_paid_cny,
        sum(
            case
                when payments.is_final_payment and extract(year from payments.paid_date) = months.calendar_year
                    then payments.paid_cny
                else 0
            end
        ) as year_paid_cny,
        sum(
            case
                when payments.is_final_payment
                    then payments.paid_cny * {{ days_between('quotas.arrived_date', 'payments.paid_date') }}
                else 0
            end
        ) as paid_days_weight
    from months
    inner join payments
        on months.period_end_date >= payments.paid_date
    inner join quotas
        on payments.quota_id = quotas.quota_id
    group by months.period, payments.quota_id

),

cumulated as (

    select
        months.period,
        quotas.area_code,
        quotas.fund_level,
        quotas.quota_id,
        quotas.allocated_cny,
        case when quotas.arrived_date <= months.period_end_date then quotas.arrived_cny else 0 end as arrived_cny,
        case
            when quotas.arrived_date <= months.period_end_date
                then quotas.arrived_cny * {{ days_between('quotas.issued_date', 'quotas.arrived_date') }}
            else 0
        end as arrival_days_weight,
        coalesce(split_months.split_cny, 0) as split_cny,
        quotas.allocated_cny - coalesce(split_months.split_cny, 0) as unsplit_cny,
        coalesce(split_months.split_days_weight, 0) as split_days_weight,
        coalesce(split_months.split_late_count, 0) as split_late_count,
        {% for measure in [
            'paid_final_cny', 'transferred_cny', 'month_paid_cny', 'year_paid_cny', 'paid_days_weight',
        ] %}
            coalesce(paid_months.{{ measure }}, 0) as {{ measure }},
        {% endfor %}
        {{ days_between('quotas.issued_date', 'months.period_end_date') }} > quotas.split_days as is_split_due,
        coalesce({{ days_between('quotas.arrived_date', 'months.period_end_date') }} > quotas.unpaid_days, false)
            as is_payment_due
    from months
    inner join quota_limits as quotas
        on
            months.period_end_date >= quotas.issued_date
            and quotas.preference = 1
    left join split_months
        on
            months.period = split_months.period
            and quotas.quota_id = split_months.quota_id
    left join paid_months
        on
            months.period = paid_months.period
            and quotas.quota_id = paid_months.quota_id

),

judged as (

    select
        *,
        arrived_cny - paid_final_cny - transferred_cny as unpaid_cny,
        case when is_split_due and unsplit_cny > 0 then unsplit_cny else 0 end as unsplit_over_limit_cny,
        case when is_split_due and unsplit_cny > 0 then 1 else 0 end as unsplit_over_limit_count,
        case
            when is_payment_due and arrived_cny > paid_final_cny + transferred_cny
                then arrived_cny - paid_final_cny - transferred_cny
            else 0
        end as unpaid_over_limit_cny,
        case when is_payment_due and arrived_cny > paid_final_cny + transferred_cny then 1 else 0 end
            as unpaid_over_limit_count,
        case when is_payment_due and paid_final_cny = 0 then 1 else 0 end as nothing_paid_count
    from cumulated

),

grouped as (

    {% for type, column in [['all', "'all'"], ['source_level', 'fund_level']] %}
        select
            judged.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ type }}' as group_type,
            {{ column if type == 'all' else 'judged.' ~ column }} as group_id,
            {% for measure in quota_measures + split_measures + split_counts + paid_measures + paid_counts %}
                sum(judged.{{ measure }}) as {{ measure }},
            {% endfor %}
            count(*) as quota_count
        from judged
        inner join rollup_areas
            on
                judged.period = rollup_areas.period
                and judged.area_code = rollup_areas.area_code
        group by
            judged.period,
            rollup_areas.rollup_area_code
            {{- ', judged.' ~ column if type != 'all' }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

groups as (

    select distinct
        area_id,
        group_type,
        group_id
    from grouped
    where group_type <> 'all'

),

areas as (

    select distinct
        months.period,
        months.month_number,
        months.calendar_year,
        months.has_quotas,
        months.split_mark = 1 as has_splits,
        months.has_payments,
        {{ division_of('rollup_areas') }}
    from months
    inner join rollup_areas
        on
            months.period = rollup_areas.period
            and rollup_areas.area_level = 'township'

),

universe as (

    select
        areas.*,
        'all' as group_type,
        'all' as group_id
    from areas
    union all
    select
        areas.*,
        groups.group_type,
        groups.group_id
    from areas
    inner join groups
        on areas.rollup_area_code = groups.area_id

),

measured as (

    select
        universe.*,
        {% for measure in quota_measures %}
            case when universe.has_quotas then coalesce(grouped.{{ measure }}, 0) end as {{ measure }},
        {% endfor %}
        {% for measure in split_measures + split_counts %}
            case
                when universe.has_quotas and universe.has_splits then coalesce(grouped.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        {% for measure in paid_measures + paid_counts %}
            case
                when universe.has_quotas and universe.has_payments then coalesce(grouped.{{ measure }}, 0)
            end as {{ measure }},
        {% endfor %}
        case when universe.has_quotas then coalesce(grouped.quota_count, 0) end as quota_count
    from universe
    left join grouped
        on {{ of_the_same_division('grouped') }}

),

-- The same month in all years before: what of the money paid by then had been paid in that month.
earlier as (

    select
        measured.period,
        measured.rollup_area_code,
        measured.group_type,
        measured.group_id,
        sum(years.month_paid_cny) as earlier_month_paid_cny,
        sum(years.year_paid_cny) as earlier_year_paid_cny
    from measured
    inner join measured as years
        on
            measured.rollup_area_code = years.rollup_area_code
            and measured.group_type = years.group_type
            and measured.group_id = years.group_id
            and measured.month_number = years.month_number
            and measured.calendar_year > years.calendar_year
    group by
        measured.period,
        measured.rollup_area_code,
        measured.group_type,
        measured.group_id

),

final as (

    select
        {{ reporting_key(of='measured') }},
        cast(measured.quota_count as bigint) as quota_count,
        {% for measure in split_counts + paid_counts %}
            cast(measured.{{ measure }} as bigint) as {{ measure }},
        {% endfor %}
        {% for measure in quota_measures[:2] + split_measures[:3] + paid_measures[:6] %}
            cast(measured.{{ measure }} as decimal(18, 2)) as {{ measure }},
        {% endfor %}
        {{ share('measured.arrival_days_weight', 'measured.arrived_cny') }} as issue_to_arrival_days,
        {{ share('measured.split_days_weight', 'measured.split_cny') }} as issue_to_split_days,
        {{ share('measured.paid_days_weight', 'measured.paid_final_cny') }} as arrival_to_payment_days,
        {{ share('measured.split_cny', 'measured.allocated_cny') }} as split_share,
        {{ share('measured.month_paid_cny', 'measured.year_paid_cny') }} as month_of_year_share,
        {{ share('earlier.earlier_month_paid_cny', 'earlier.earlier_year_paid_cny') }} as earlier_month_of_year_share
    from measured
    left join earlier
        on
            measured.period = earlier.period
            and measured.rollup_area_code = earlier.rollup_area_code
            and measured.group_type = earlier.group_type
            and measured.group_id = earlier.group_id

)

select * from final
