{#
    What the registers say about a target: code of the target, mart, column, which groups of the mart, and the year that a
    row speaks of where it is not the year of its period. A mart counts by the year (period YYYY) or by the month (the
    last month of the year then speaks for it).
#}
{% set of_period = 'substr(period, 1, 4)' %}
{% set registers = [
    ('EXIT-HH', 'kpi_exit_area_year', 'exited_household_count', "true", of_period),
    ('EXIT-PS', 'kpi_exit_area_year', 'exited_person_count', "true", of_period),
    ('EXIT-VL', 'kpi_exit_area_year', 'cumulative_exited_village_count', "true", of_period),
    ('EXIT-VY', 'kpi_exit_area_year', 'exited_village_count', "true", of_period),
    ('EXIT-PI', 'kpi_exit_area_year', 'poverty_incidence_share * 100', "true", of_period),
    ('HOME-RN', 'kpi_housing_area_year', 'renovated_house_count', "group_type = 'all'", of_period),
    ('HOME-RY', 'kpi_housing_area_year', 'renovated_house_count', "group_type = 'renovation_year'", 'group_id'),
    ('MOVE-HH', 'kpi_relocation_area_month', 'moved_household_count', "group_type = 'all'", of_period),
    ('MOVE-PS', 'kpi_relocation_area_month', 'moved_person_count', "group_type = 'all'", of_period),
    ('MOVE-HR', 'kpi_relocation_area_month', 'registered_household_count', "group_type = 'all'", of_period),
    ('MOVE-PR', 'kpi_relocation_area_month', 'registered_person_count', "group_type = 'all'", of_period),
    ('MOVE-ST', 'kpi_relocation_area_month', 'settlement_count', "group_type = 'all'", of_period),
    ('HLTH-RB', 'kpi_health_area_year', 'reimbursed_share * 100', "group_type = 'all'", of_period),
    ('WORK-TR', 'kpi_employment_area_month', 'training_person_time_count', "group_type = 'all'", of_period),
    ('WORK-TP', 'kpi_employment_area_month', 'transfer_person_time_count', "group_type = 'all'", of_period),
] %}

with

{% for mart in registers | map(attribute=1) | unique %}
    {{ mart | replace('kpi_', '') }} as (

        select * from {{ ref(mart) }}

    ),

{% endfor %}
indicators as (

    select * from {{ ref('fct_sector_indicator') }}

),

registered as (

    {% for code, mart, column, chosen, year in registers %}
        select
            '{{ code }}' as indicator_code,
            area_id as area_code,
            cast({{ year }} as integer) as calendar_year,
            period,
            cast({{ column }} as double) as actual_value,
            '{{ mart }}.{{ column }}' as actual_column
        from {{ mart | replace('kpi_', '') }}
        where
            {{ chosen }}
            and {{ column }} is not null
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

latest as (

    select
        *,
        row_number() over (partition by indicator_code, area_code, calendar_year order by period desc) as recency
    from registered

),

-- A register's word goes before a reported number.
final as (

    select
        indicator_code,
        area_code,
        calendar_year,
        'register' as actual_source,
        actual_column,
        actual_value,
        cast(null as double) as numerator,
        cast(null as double) as denominator,
        case
            when length(period) = 7 then {{ period_end('period') }}
            else least(
                cast(calendar_year || '-12-31' as date),
                {{ period_end(as_of_period()) }}
            )
        end as actual_date,
        cast(null as varchar) as reporting_office
    from latest
    where recency = 1
    union all
    select
        indicators.indicator_code,
        indicators.area_code,
        indicators.statistics_year as calendar_year,
        'reported' as actual_source,
        'fct_sector_indicator.indicator_value' as actual_column,
        cast(indicators.indicator_value as double) as actual_value,
        indicators.numerator,
        indicators.denominator,
        cast(indicators.statistics_year || '-12-31' as date) as actual_date,
        indicators.reporting_office
    from indicators
    left join latest
        on
            indicators.indicator_code = latest.indicator_code
            and indicators.area_code = latest.area_code
            and indicators.statistics_year = latest.calendar_year
            and latest.recency = 1
    where latest.indicator_code is null

)

select * from final
