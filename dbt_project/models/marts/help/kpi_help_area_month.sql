{% set measures = help_measures() %}
{% set oddities = ['odd_hour', 'odd_upload', 'odd_place', 'too_fast', 'shared_photo', 'crowded_day'] %}
{% set groups = [{'type': 'all', 'column': none}, {'type': 'unit_level', 'column': 'unit_level'}] %}

with

rollup_areas as (

    select * from {{ ref('int_area_rollup') }}

),

pairings as (

    select * from {{ ref('fct_pairing') }}

),

cadre_months as (

    select * from {{ ref('fct_cadre_month') }}

),

visit_rows as (

    select * from {{ ref('fct_visit') }}

),

term_rows as (

    select * from {{ ref('fct_village_term') }}

),

snapshots as (

    select * from {{ ref('int_household_snapshots') }}

),

deliveries as (

    select * from {{ ref('int_feed_periods') }}

),

paired as (

    select distinct
        period,
        household_key
    from pairings

),

paired_months as (

    select distinct period
    from pairings

),

seen as (

    select distinct
        period,
        household_key
    from visit_rows

),

months as (

    select
        paired_months.period,
        {{ period_end('paired_months.period') }} as period_end_date,
        max(case when cadre_months.visit_count is not null then 1 else 0 end) = 1 as has_visits,
        max(case when cadre_months.test_round is not null then 1 else 0 end) = 1 as has_tests
    from paired_months
    left join cadre_months
        on paired_months.period = cadre_months.period
    group by paired_months.period

),

-- A cadre counts in every place in which there is a household of theirs, with everything the cadre did.
places as (

    select
        pairings.period,
        pairings.cadre_key,
        rollup_areas.rollup_area_code as area_id,
        count(distinct pairings.household_key) as household_count
    from pairings
    inner join rollup_areas
        on
            pairings.period = rollup_areas.period
            and pairings.area_code = rollup_areas.area_code
    group by pairings.period, pairings.cadre_key, rollup_areas.rollup_area_code

),

-- A household with two cadres is one household.
paired_households as (

    {% for group in groups %}
        select
            pairings.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ group.type }}' as group_type,
            {{ "pairings." ~ group.column if group.column else "'all'" }} as group_id,
            count(distinct pairings.household_key) as paired_household_count
        from pairings
        inner join rollup_areas
            on
                pairings.period = rollup_areas.period
                and pairings.area_code = rollup_areas.area_code
        group by
            pairings.period,
            rollup_areas.rollup_area_code
            {{- ", pairings." ~ group.column if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

cadre_counts as (

    {% for group in groups %}
        select
            places.period,
            places.area_id,
            '{{ group.type }}' as group_type,
            {{ "cadre_months." ~ group.column if group.column else "'all'" }} as group_id,
            count(*) as paired_cadre_count,
            count(case when cadre_months.is_expected then 1 end) as expected_cadre_count,
            count(case when not cadre_months.is_expected then 1 end) as away_cadre_count,
            count(case when cadre_months.is_overloaded then 1 end) as overloaded_cadre_count,
            count(case when cadre_months.test_round is not null then 1 end) as tested_cadre_count,
            count(case when cadre_months.is_passed then 1 end) as passed_cadre_count,
            count(case when cadre_months.is_expected and cadre_months.visit_count > 0 then 1 end)
                as visiting_cadre_count,
            count(case when cadre_months.is_expected and cadre_months.plausible_visit_count > 0 then 1 end)
                as plausible_visiting_cadre_count,
            count(case when cadre_months.is_expected and cadre_months.is_below_duty is not null then 1 end)
                as duty_cadre_count,
            count(case when cadre_months.is_below_duty then 1 end) as below_duty_cadre_count
        from places
        inner join cadre_months
            on
                places.period = cadre_months.period
                and places.cadre_key = cadre_months.cadre_key
        group by
            places.period,
            places.area_id
            {{- ", cadre_months." ~ group.column if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

cadres as (

    select
        cadre_counts.*,
        paired_households.paired_household_count
    from cadre_counts
    left join paired_households
        on
            cadre_counts.period = paired_households.period
            and cadre_counts.area_id = paired_households.area_id
            and cadre_counts.group_type = paired_households.group_type
            and cadre_counts.group_id = paired_households.group_id

),

visits as (

    {% for group in groups %}
        select
            visit_rows.period,
            rollup_areas.rollup_area_code as area_id,
            '{{ group.type }}' as group_type,
            {{ "cadre_months." ~ group.column if group.column else "'all'" }} as group_id,
            count(*) as visit_count,
            count(case when visit_rows.is_implausible then 1 end) as implausible_visit_count,
            {% for oddity in oddities %}
                count(case when visit_rows.is_{{ oddity }} then 1 end) as {{ oddity }}_visit_count,
            {% endfor %}
            count(visit_rows.problem_kind) as visit_problem_count,
            count(
                case
                    when
                        visit_rows.problem_kind is not null
                        and (visit_rows.closed_date is null or visit_rows.closed_date > months.period_end_date)
                        then 1
                end
            ) as open_visit_problem_count
        from visit_rows
        inner join months
            on visit_rows.period = months.period
        inner join rollup_areas
            on
                visit_rows.period = rollup_areas.period
                and visit_rows.area_code = rollup_areas.area_code
        {% if group.column %}
            inner join cadre_months
                on
                    visit_rows.period = cadre_months.period
                    and visit_rows.cadre_key = cadre_months.cadre_key
        {% endif %}
        group by
            visit_rows.period,
            rollup_areas.rollup_area_code
            {{- ", cadre_months." ~ group.column if group.column }}
        {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

households as (

    select
        snapshots.period,
        rollup_areas.rollup_area_code as area_id,
        'all' as group_type,
        'all' as group_id,
        count(*) as registered_household_count,
        count(case when paired.household_key is null then 1 end) as unpaired_household_count,
        count(case when seen.household_key is not null then 1 end) as seen_household_count,
        count(case when seen.household_key is null then 1 end) as unseen_household_count
    from snapshots
    inner join months
        on snapshots.period = months.period
    inner join rollup_areas
        on
            snapshots.period = rollup_areas.period
            and snapshots.area_code = rollup_areas.area_code
    left join paired
        on
            snapshots.period = paired.period
            and snapshots.household_key = paired.household_key
    left join seen
        on
            snapshots.period = seen.period
            and snapshots.household_key = seen.household_key
    group by snapshots.period, rollup_areas.rollup_area_code

),

terms as (

    select
        months.period,
        rollup_areas.rollup_area_code as area_id,
        'all' as group_type,
        'all' as group_id,
        count(*) as resident_term_count,
        count(
            case when term_rows.ended_date is null or term_rows.ended_date > months.period_end_date then 1 end
        ) as serving_resident_count,
        count(distinct term_rows.team_id) as team_count,
        count(
            distinct case
                when term_rows.ended_date is null or term_rows.ended_date > months.period_end_date
                    then term_rows.area_code
            end
        ) as teamed_village_count,
        count(distinct term_rows.sending_unit_name) as sending_unit_count
    from term_rows
    inner join months
        on
            term_rows.is_resident
            and term_rows.started_date <= months.period_end_date
    inner join rollup_areas
        on
            months.period = rollup_areas.period
            and term_rows.area_code = rollup_areas.area_code
    group by months.period, rollup_areas.rollup_area_code

),

group_names as (

    {{ groups_of('cadre_counts') }}

),

first_terms as (

    select min(period) as period
    from deliveries
    where feed = 'village_support'

),

universe as (

    select distinct
        months.period,
        months.has_visits,
        months.has_tests,
        registers.period is not null as has_register,
        coalesce(first_terms.period <= months.period, false) as has_terms,
        {{ division_of('rollup_areas') }},
        group_names.group_type,
        group_names.group_id
    from months
    inner join rollup_areas
        on {{ every_division('months.period') }}
    left join deliveries as registers
        on
            registers.feed = 'household_register'
            and months.period = registers.period
    cross join first_terms
    cross join group_names

),

measured as (

    select
        universe.*,
        {% for measure in measures %}
            case when {{ measure.arrived }} then coalesce({{ measure.part }}.{{ measure.name }}, 0) end
                as {{ measure.name }},
        {% endfor %}
        universe.group_type = 'all' as is_all
    from universe
    {% for part in ['cadres', 'visits', 'households', 'terms'] %}
        left join {{ part }}
            on
                universe.period = {{ part }}.period
                and universe.rollup_area_code = {{ part }}.area_id
                and universe.group_type = {{ part }}.group_type
                and universe.group_id = {{ part }}.group_id
    {% endfor %}

),

final as (

    select
        {{ reporting_key(of=none) }},
        {% for measure in measures %}
            cast({{ measure.name }} as bigint) as {{ measure.name }},
        {% endfor %}
        {{ share('visiting_cadre_count', 'expected_cadre_count') }} as visit_rate_share,
        {{ share('plausible_visiting_cadre_count', 'expected_cadre_count') }} as plausible_visit_rate_share,
        {{ share('below_duty_cadre_count', 'duty_cadre_count') }} as below_duty_share,
        {{ share('implausible_visit_count', 'visit_count') }} as implausible_visit_share,
        {{ share('seen_household_count', 'registered_household_count') }} as seen_household_share,
        {{ share('passed_cadre_count', 'tested_cadre_count') }} as passed_cadre_share
    from measured

)

select * from final
