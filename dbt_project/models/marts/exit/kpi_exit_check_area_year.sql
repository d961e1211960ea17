{% set kinds = {
    'household': "rolled_up.group_type = 'household'",
    'place': "rolled_up.group_type <> 'household'",
} %}
{% set measures = [
    'checked', 'complete', 'passed', 'failed', 'contradicted', 'failed_before', 'spot_checked', 'not_signed'
] %}

with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

feed_periods as (

    select * from {{ ref('int_feed_periods') }}

),

checks as (

    select * from {{ ref('fct_exit_check') }}

),

exits as (

    select * from {{ ref('fct_exit') }}

),

designations as (

    select * from {{ ref('int_area_designations') }}

),

areas as (

    select distinct
        area_code,
        area_level
    from rollup_areas

),

-- What had to be checked: households that exited in the year, places that were lifted in it.
due as (

    select
        exit_year as calendar_year,
        'household' as group_type,
        household_key as object_id,
        area_code
    from exits
    union all
    select
        designations.exit_year as calendar_year,
        areas.area_level as group_type,
        designations.area_code as object_id,
        designations.area_code
    from designations
    inner join areas
        on designations.area_code = areas.area_code
    where
        designations.is_poverty_designated
        and designations.exit_year = designations.table_year
        and areas.area_level in ('village', 'township', 'county')

),

levelled as (

    select
        *,
        case object_level when '户' then 'household' when '村' then 'village' when '乡' then 'township' else 'county' end
            as group_type
    from checks

),

-- An object passes when every item of its list was checked and passed.
objects as (

    select
        check_year as calendar_year,
        group_type,
        object_id,
        max(area_code) as area_code,
        'all' as group_id,
        count(distinct case when is_listed_item then item_code end) >= max(required_item_count) as is_complete,
        min(case when is_passed then 1 else 0 end) = 1 as is_passed,
        max(case when is_contradicted then 1 else 0 end) = 1 as is_contradicted,
        max(failed_before_count) > 0 as is_failed_before,
        max(case when is_spot_checked then 1 else 0 end) = 1 as is_spot_checked,
        min(case when is_signed then 1 when not is_signed then 0 end) = 0 as is_not_signed
    from levelled
    group by check_year, group_type, object_id
    union all
    select
        check_year as calendar_year,
        group_type,
        object_id,
        area_code,
        item_code as group_id,
        true as is_complete,
        is_passed,
        is_contradicted,
        failed_before_count > 0 as is_failed_before,
        coalesce(is_spot_checked, false) as is_spot_checked,
        false as is_not_signed
    from levelled
    where is_listed_item

),

results as (

    select
        calendar_year,
        group_type,
        group_id,
        area_code,
        count(*) as checked_sum,
        sum(case when is_complete then 1 else 0 end) as complete_sum,
        sum(case when is_complete and is_passed then 1 else 0 end) as passed_sum,
        sum(case when is_passed then 0 else 1 end) as failed_sum,
        sum(case when is_contradicted then 1 else 0 end) as contradicted_sum,
        sum(case when is_failed_before then 1 else 0 end) as failed_before_sum,
        sum(case when is_spot_checked then 1 else 0 end) as spot_checked_sum,
        sum(case when is_not_signed then 1 else 0 end) as not_signed_sum,
        0 as due_sum
    from objects
    group by calendar_year, group_type, group_id, area_code
    union all
    select
        calendar_year,
        group_type,
        'all' as group_id,
        area_code,
        {% for measure in measures %}
            0 as {{ measure }}_sum,
        {% endfor %}
        count(*) as due_sum
    from due
    group by calendar_year, group_type, area_code

),

years as (

    select
        cast(substr(period, 1, 4) as integer) as calendar_year,
        max(period) as period,
        max(case when feed = 'exit_checks' then 1 else 0 end) = 1 as has_checks,
        max(case when feed = 'household_register' then 1 else 0 end) = 1 as has_register,
        max(case when feed = 'region' then 1 else 0 end) = 1 as has_divisions
    from feed_periods
    group by substr(period, 1, 4)

),

rolled_up as (

    select
        results.calendar_year,
        results.group_type,
        results.group_id,
        {{ division_of('rollup_areas') }},
        {% for measure in measures %}
            case when max(case when years.has_checks then 1 else 0 end) = 1 then sum(results.{{ measure }}_sum) end
                as {{ measure }}_sum,
        {% endfor %}
        case
            when results.group_id <> 'all' then null
            when
                max(
                    case
                        when results.group_type = 'household' and years.has_register then 1
                        when results.group_type <> 'household' and years.has_divisions then 1
                        else 0
                    end
                ) = 1 then sum(results.due_sum)
        end as due_sum
    from results
    inner join years
        on results.calendar_year = years.calendar_year
    inner join rollup_areas
        on
            years.period = rollup_areas.period
            and results.area_code = rollup_areas.area_code
    group by
        results.calendar_year,
        results.group_type,
        results.group_id,
        {{ division_of('rollup_areas') }}

),

item_names as (

    select
        group_type,
        item_code as group_id,
        max(item_name) as item_name,
        max(item_name_en) as item_name_en
    from levelled
    where is_listed_item
    group by group_type, item_code

),

counted as (

    select
        rolled_up.*,
        item_names.item_name,
        item_names.item_name_en,
        {% for kind, is_kind in kinds.items() %}
            {% for measure in ['due'] + measures %}
                case when {{ is_kind }} then rolled_up.{{ measure }}_sum end as {{ measure }}_{{ kind }}_count
                {%- if not loop.last %},{% endif %}
            {% endfor %}
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from rolled_up
    left join item_names
        on
            rolled_up.group_type = item_names.group_type
            and rolled_up.group_id = item_names.group_id

),

final as (

    select
        {{ reporting_key(of=none, period='cast(calendar_year as varchar)') }},
        item_name,
        item_name_en,
        {% for kind in kinds %}
            {% for measure in ['due'] + measures %}
                cast({{ measure }}_{{ kind }}_count as bigint) as {{ measure }}_{{ kind }}_count,
            {% endfor %}
            {{ share('checked_' ~ kind ~ '_count', 'due_' ~ kind ~ '_count') }} as checked_{{ kind }}_share,
            {{ share('passed_' ~ kind ~ '_count', 'checked_' ~ kind ~ '_count') }} as passed_{{ kind }}_share
            {%- if not loop.last %},{% endif %}
        {% endfor %}
    from counted

)

select * from final
