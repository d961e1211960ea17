with

people as (

    select * from {{ ref('int_income_people') }}

),

lines as (

    select * from {{ ref('int_income_lines') }}

),

areas as (

    select * from {{ ref('int_income_sums') }}

),

-- Each household is held against the line of its own village. A loss counts as 0 in gap and severity; incomes of 0 and
-- less have no logarithm and stay in the denominator of Watts. Terms are decimals: their sum has one value.
held as (

    select
        people.*,
        lines.line_family,
        lines.line_cny,
        people.net_income_per_head_cny < lines.line_cny as is_below,
        case
            when people.net_income_per_head_cny < lines.line_cny
                then
                    1 - {{ share('greatest(people.net_income_per_head_cny, 0)', 'lines.line_cny') }}
            else 0
        end as gap,
        case
            when people.net_income_per_head_cny > 0 and people.net_income_per_head_cny < lines.line_cny
                then ln({{ share('lines.line_cny', 'people.net_income_per_head_cny') }})
            else 0
        end as log_gap
    from people
    inner join lines
        on
            people.area_code = lines.area_code
            and people.income_year = lines.income_year

),

sums as (

    select
        income_year,
        rollup_area_code,
        group_type,
        group_id,
        line_family,
        case when min(line_cny) = max(line_cny) then max(line_cny) end as line_cny,
        count(*) as household_count,
        sum(person_count) as person_count,
        sum(case when is_below then 1 else 0 end) as below_household_count,
        sum(case when is_below then person_count else 0 end) as below_person_count,
        sum(cast(person_count * gap as decimal(28, 12))) as gap_sum,
        sum(cast(person_count * gap * gap as decimal(28, 12))) as severity_sum,
        sum(cast(person_count * log_gap as decimal(28, 12))) as watts_sum,
        sum(case when is_negative or is_zero then 1 else 0 end) as without_logarithm_household_count
    from held
    group by income_year, rollup_area_code, group_type, group_id, line_family

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        cast(areas.income_year as varchar) as period,
        areas.as_of_period,
        areas.rollup_area_level as area_level,
        areas.rollup_area_code as area_id,
        areas.rollup_area_name as area_name,
        areas.rollup_parent_code as parent_area_id,
        areas.group_type,
        areas.group_id,
        lines.line_family,
        lines.confidence as line_confidence,
        lines.source as line_source,
        cast(case when sums.household_count > 0 then sums.line_cny else lines.line_cny end as decimal(18, 2))
            as line_cny,
        {% for count in [
            'household', 'person', 'below_household', 'below_person', 'without_logarithm_household',
        ] %}
            cast(case when areas.has_arrived then coalesce(sums.{{ count }}_count, 0) end as bigint)
                as {{ count }}_count,
        {% endfor %}
        {{ share('sums.below_person_count', 'sums.person_count') }} as income_headcount_share,
        {{ share('sums.gap_sum', 'sums.person_count') }} as income_gap_index,
        {{ share('sums.severity_sum', 'sums.person_count') }} as income_severity_index,
        {{ share('sums.watts_sum', 'sums.person_count') }} as income_watts_index
    from areas
    inner join lines
        on
            areas.rollup_area_code = lines.area_code
            and areas.income_year = lines.income_year
    left join sums
        on
            areas.income_year = sums.income_year
            and areas.rollup_area_code = sums.rollup_area_code
            and areas.group_type = sums.group_type
            and areas.group_id = sums.group_id
            and lines.line_family = sums.line_family

)

select * from final
