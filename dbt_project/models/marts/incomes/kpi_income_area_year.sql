{% set register_groups = {
    'all': "'all'",
    'support_mode': "coalesce(registers.support_mode, '未填')",
    'exit_status': "case when registers.is_exited then '已脱贫' else '未脱贫' end",
} %}
{% set sources = ['wage_income', 'net_business_income', 'property_income', 'transfer_income'] %}

with

sums as (

    select * from {{ ref('int_income_sums') }}

),

people as (

    select * from {{ ref('int_income_people') }}

),

registers as (

    select * from {{ ref('int_income_registers') }}

),

incomes as (

    select * from {{ ref('fct_income') }}

),

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

curves as (

    select * from {{ ref('kpi_income_lorenz_area_year') }}

),

lines as (

    select * from {{ ref('kpi_income_line_area_year') }}

),

statistics as (

    select
        area_code,
        statistics_year,
        max(case when measure = 'rural_income_cny' then measure_value end) as rural_income_cny,
        max(case when measure = 'rural_income_growth_rate' then measure_value end) as rural_income_growth_rate
    from {{ ref('fct_statistic') }}
    group by area_code, statistics_year

),

registered as (

    {% for group_type, group_id in register_groups.items() %}
        select
            registers.income_year,
            rollup_areas.rollup_area_code,
            '{{ group_type }}' as group_type,
            {{ group_id }} as group_id,
            count(*) as household_count
        from registers
        inner join rollup_areas
            on
                registers.period = rollup_areas.period
                and registers.area_code = rollup_areas.area_code
        group by registers.income_year, rollup_areas.rollup_area_code, {{ group_id }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Who earns but is not on the register: known by county at best, and in no other figure.
strangers as (

    select
        incomes.income_year,
        rollup_areas.rollup_area_code,
        'all' as group_type,
        count(*) as household_count
    from incomes
    inner join rollup_areas
        on
            incomes.period = rollup_areas.period
            and incomes.area_code = rollup_areas.area_code
    where not incomes.is_in_register
    group by incomes.income_year, rollup_areas.rollup_area_code

),

-- Median: the income that half of the persons do not exceed, the mean of two where the half falls between them.
-- Gini: one minus twice the area under the Lorenz curve, in which each household has its persons.
spreads as (

    select
        income_year,
        rollup_area_code,
        group_type,
        group_id,
        (
            min(case when 2 * cumulative_person_count >= all_person_count then net_income_per_head_cny end)
            + min(case when 2 * cumulative_person_count > all_person_count then net_income_per_head_cny end)
        ) / 2 as median_per_head_cny,
        1 - {{ share(
            'sum(case when is_negative then 0 else person_count * (2 * cumulative_income_cny - counted_income_cny) end)',
            'max(all_counted_person_count) * max(all_income_cny)'
        ) }} as gini_index,
        max(all_income_cny) as counted_income_cny
    from people
    group by income_year, rollup_area_code, group_type, group_id

),

fifths as (

    select
        period,
        area_id,
        group_type,
        group_id,
        {% for fifth in range(1, 6) %}
            max(case when point_number = {{ 4 * fifth }} then income_share end)
            - max(case when point_number = {{ 4 * fifth - 4 }} then income_share end)
                as quintile_{{ fifth }}_share
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from curves
    group by period, area_id, group_type, group_id

),

-- The line of the headline: the statistics line as long as there is one, then the monitoring range.
headline as (

    select
        *,
        row_number() over (
            partition by period, area_id, group_type, group_id
            order by case line_family when 'statistics' then 1 when 'monitoring' then 2 else 3 end
        ) as preference
    from lines

),

joined as (

    select
        sums.*,
        case when sums.as_of_period is not null then coalesce(registered.household_count, 0) end
            as register_household_count,
        case
            when sums.as_of_period is not null then coalesce(everybody.household_count, 0)
        end as all_register_household_count,
        case
            when sums.has_arrived and sums.group_type = 'all' and sums.rollup_area_level in ('county', 'prefecture')
                then coalesce(strangers.household_count, 0)
        end as not_in_register_household_count,
        {{ share('sums.net_income_cny', 'sums.person_count') }} as mean_per_head_cny,
        {{ share('previous.net_income_cny', 'previous.person_count') }} as mean_per_head_previous_cny,
        spreads.median_per_head_cny,
        spreads.gini_index,
        spreads.counted_income_cny,
        {% for fifth in range(1, 6) %}
            fifths.quintile_{{ fifth }}_share,
        {% endfor %}
        headline.line_family,
        headline.line_cny,
        headline.below_household_count,
        headline.below_person_count,
        headline.income_headcount_share,
        headline.income_gap_index,
        headline.income_severity_index,
        headline.income_watts_index,
        headline.without_logarithm_household_count,
        county.rural_income_cny,
        county.rural_income_growth_rate,
        prefecture.rural_income_growth_rate as prefecture_rural_income_growth_rate,
        province.rural_income_growth_rate as province_rural_income_growth_rate
    from sums
    left join sums as previous
        on
            sums.income_year = previous.income_year + 1
            and sums.rollup_area_code = previous.rollup_area_code
            and sums.group_type = previous.group_type
            and sums.group_id = previous.group_id
    left join registered
        on
            sums.income_year = registered.income_year
            and sums.rollup_area_code = registered.rollup_area_code
            and sums.group_type = registered.group_type
            and sums.group_id = registered.group_id
    left join registered as everybody
        on
            sums.income_year = everybody.income_year
            and sums.rollup_area_code = everybody.rollup_area_code
            and everybody.group_type = 'all'
    left join strangers
        on
            sums.income_year = strangers.income_year
            and sums.rollup_area_code = strangers.rollup_area_code
            and sums.group_type = strangers.group_type
    left join spreads
        on
            sums.income_year = spreads.income_year
            and sums.rollup_area_code = spreads.rollup_area_code
            and sums.group_type = spreads.group_type
            and sums.group_id = spreads.group_id
    left join fifths
        on
            cast(sums.income_year as varchar) = fifths.period
            and sums.rollup_area_code = fifths.area_id
            and sums.group_type = fifths.group_type
            and sums.group_id = fifths.group_id
    left join headline
        on
            cast(sums.income_year as varchar) = headline.period
            and sums.rollup_area_code = headline.area_id
            and sums.group_type = headline.group_type
            and sums.group_id = headline.group_id
            and headline.preference = 1
    left join statistics as county
        on
            sums.income_year = county.statistics_year
            and sums.rollup_area_level <> 'prefecture'
            and county.area_code = rpad(substr(sums.rollup_area_code, 1, 6), 12, '0')
    left join statistics as prefecture
        on
            sums.income_year = prefecture.statistics_year
            and prefecture.area_code = rpad(substr(sums.rollup_area_code, 1, 4), 12, '0')
    left join statistics as province
        on
            sums.income_year = province.statistics_year
            and province.area_code = rpad(substr(sums.rollup_area_code, 1, 2), 12, '0')

),

grown as (

    select
        *,
        mean_per_head_cny - mean_per_head_previous_cny as mean_change_per_head_cny,
        case
            when mean_per_head_previous_cny > 0
                then mean_per_head_cny / mean_per_head_previous_cny - 1
        end as growth_share
    from joined

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(income_year as varchar) as period,
        as_of_period,
        rollup_area_level as area_level,
        rollup_area_code as area_id,
        rollup_area_name as area_name,
        rollup_parent_code as parent_area_id,
        group_type,
        group_id,
        cast(register_household_count as bigint) as register_household_count,
        {{ share('register_household_count', 'all_register_household_count') }} as household_share,
        cast(all_register_household_count as bigint) as all_register_household_count,
        cast(household_count as bigint) as household_count,
        cast(person_count as bigint) as person_count,
        cast(
            case when has_arrived then register_household_count - household_count end as bigint
        ) as without_income_row_household_count,
        cast(not_in_register_household_count as bigint) as not_in_register_household_count,
        cast(unsound_household_count as bigint) as unsound_household_count,
        cast(other_period_household_count as bigint) as other_period_household_count,
        cast(zero_household_count as bigint) as zero_household_count,
        cast(negative_household_count as bigint) as negative_household_count,
        cast(net_income_cny as decimal(18, 2)) as net_income_cny,
        {% for source in sources %}
            cast({{ source }}_cny as decimal(18, 2)) as {{ source }}_cny,
        {% endfor %}
        {% for source in sources %}
            {{ share(source ~ '_cny', 'net_income_cny') }} as {{ source }}_share,
        {% endfor %}
        mean_per_head_cny,
        cast(median_per_head_cny as double) as median_per_head_cny,
        mean_per_head_previous_cny,
        mean_change_per_head_cny,
        growth_share,
        cast(rural_income_cny as double) as rural_income_cny,
        cast(rural_income_growth_rate as double) as rural_income_growth_rate,
        cast(prefecture_rural_income_growth_rate as double) as prefecture_rural_income_growth_rate,
        cast(province_rural_income_growth_rate as double) as province_rural_income_growth_rate,
        growth_share - cast(rural_income_growth_rate as double) as growth_above_rural_rate,
        cast(rural_income_growth_rate - province_rural_income_growth_rate as double)
            as rural_growth_above_province_rate,
        cast(compared_household_count as bigint) as compared_household_count,
        cast(falling_household_count as bigint) as falling_household_count,
        cast(falling_person_count as bigint) as falling_person_count,
        {{ share('falling_household_count', 'compared_household_count') }} as falling_household_share,
        line_family,
        line_cny,
        cast(below_household_count as bigint) as below_household_count,
        cast(below_person_count as bigint) as below_person_count,
        income_headcount_share,
        income_gap_index,
        income_severity_index,
        income_watts_index,
        cast(without_logarithm_household_count as bigint) as without_logarithm_household_count,
        gini_index,
        cast(counted_income_cny as decimal(18, 2)) as counted_income_cny,
        {% for fifth in range(1, 6) %}
            cast(quintile_{{ fifth }}_share * cast(counted_income_cny as double) as decimal(18, 2))
                as quintile_{{ fifth }}_income_cny,
            quintile_{{ fifth }}_share,
        {% endfor %}
        {{ share('quintile_5_share', 'quintile_1_share') }} as quintile_ratio
    from grown

)

select * from final
