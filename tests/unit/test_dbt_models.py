"""The models on a county that fits on one page: two villages, five households, two quotas and four payments.

Every expected number below was computed by hand from the rows in `dbt_small_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.gates.models import dbt_gate, model_row_counts
from tests.unit.dbt_county import (
    COUNTY,
    COUNTY_UNITS,
    EAST,
    PREFECTURE,
    TOWN,
    WEST,
    Built,
    County,
    build,
    run_unit_tests,
)
from tests.unit.dbt_small_county import (
    EXITED,
    bridge_row,
    division,
    exit_row,
    fund_row,
    household,
    part,
    payment,
    small_county,
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(small_county(), tmp_path_factory.mktemp("dbt"), "2020-02")


def test_every_model_and_test_passes_on_a_county_without_damage(built: Built) -> None:
    assert built.not_passed() == {}
    assert {"kpi_exit_area_year", "ops_delivery", "assert_no_money_is_lost_in_the_rollup"} <= built.nodes.keys()


def test_every_formula_gives_what_was_computed_by_hand(built: Built) -> None:
    statuses = run_unit_tests(built, "2020-02")
    assert set(statuses.values()) == {"pass"}, statuses
    assert len(statuses) >= 10


def test_exits_are_those_of_the_year_and_the_rest_follows_from_the_last_register(built: Built) -> None:
    expected_2018 = {"listed_person_count": 15, "exited_person_count": 4, "remaining_household_count": 3}
    assert part(exit_row(built, 2018), expected_2018) == expected_2018
    expected_2019 = {
        "as_of_period": "2019-12",
        "listed_household_count": 4,
        "exited_household_count": 1,
        "exited_person_count": 5,
        "cumulative_exited_person_count": 8,
        "sum_of_yearly_exits_person_count": 9,
        "remaining_person_count": 6,
        "household_exit_rate_share": 0.5,
        "poverty_incidence_share": 0.06,
        "register_share": 0.14,
        "listed_village_count": 2,
        "exited_village_count": 1,
        "village_exit_rate_share": 0.5,
        "exited_township_count": 1,
    }
    assert part(exit_row(built, 2019), expected_2019) == expected_2019


def test_a_running_year_is_judged_as_of_its_month_and_missing_tables_stay_null(built: Built) -> None:
    expected = {
        "as_of_period": "2020-02",
        "exited_household_count": 1,
        "sum_of_yearly_exits_person_count": 11,
        "remaining_person_count": 7,
        "population_count": 120,
        "population_year": 2019,
        "poverty_incidence_share": 0.07,
        "listed_village_count": None,
        "village_exit_rate_share": None,
    }
    assert part(exit_row(built, 2020), expected) == expected
    assert exit_row(built, 2018)["poverty_incidence_share"] is None


def test_villages_add_up_to_the_prefecture_and_the_countys_own_units_have_no_register(built: Built) -> None:
    assert exit_row(built, 2019, EAST)["listed_person_count"] == 5
    assert exit_row(built, 2019, WEST)["listed_person_count"] == 9
    assert exit_row(built, 2019, TOWN)["listed_person_count"] == 14
    assert built.rows(f"from marts.kpi_exit_area_year where area_id = '{COUNTY_UNITS}'") == []


def test_both_bridges_balance_from_the_village_to_the_county(built: Built) -> None:
    expected = {
        "opening_person_count": 6,
        "identified_person_count": 2,
        "natural_plus_person_count": 1,
        "natural_minus_person_count": 0,
        "transfer_in_household_count": 0,
        "exited_household_count": 1,
        "exited_person_count": 2,
        "closing_household_count": 2,
        "closing_person_count": 7,
        "is_balanced": True,
    }
    assert part(bridge_row(built, "2020-01", "unexited"), expected) == expected
    expected_registered = {
        "opening_person_count": 14,
        "transfer_in_person_count": 3,
        "transfer_out_person_count": 3,
        "natural_minus_person_count": 1,
        "exited_household_count": 0,
        "closing_person_count": 16,
        "is_balanced": True,
    }
    assert part(bridge_row(built, "2020-01", "registered"), expected_registered) == expected_registered
    east = {"opening_household_count": 2, "transfer_out_household_count": 1, "closing_household_count": 2}
    assert part(bridge_row(built, "2020-01", "registered", EAST), east) == east
    assert built.rows("from marts.kpi_register_bridge_area_month where not is_balanced") == []


def test_a_month_without_a_change_ledger_shows_its_stocks_and_no_flows(built: Built) -> None:
    expected = {
        "opening_household_count": 5,
        "identified_household_count": None,
        "exited_household_count": None,
        "closing_household_count": 5,
        "unexplained_household_count": None,
        "is_balanced": None,
    }
    assert part(bridge_row(built, "2020-02", "registered"), expected) == expected


def test_spending_counts_final_payees_and_the_last_list_of_each_year(built: Built) -> None:
    expected = {
        "allocated_cny": Decimal(1500),
        "arrived_cny": Decimal(1200),
        "paid_final_cny": Decimal(700),
        "transferred_cny": Decimal(50),
        "unspent_cny": Decimal(500),
        "carry_over_under_1_year_cny": Decimal(200),
        "carry_over_1_to_2_years_cny": Decimal(300),
        "spend_rate_share": 700 / 1200,
        "calendar_bar_share": None,
        "integrated_allocated_cny": Decimal(1000),
        "item_count": 1,
        "quota_count": 2,
    }
    assert part(fund_row(built, "2020-01", "all_years"), expected) == expected


def test_the_budget_year_has_its_bars_and_its_growth(built: Built) -> None:
    expected = {
        "allocated_cny": Decimal(800),
        "arrived_cny": Decimal(200),
        "spend_rate_share": 0.75,
        "paid_allocated_share": 150 / 800,
        "year_end_bar_share": 0.95,
        "calendar_bar_share": 2 / 12,
        "allocated_previous_cny": Decimal(1000),
        "allocated_growth_cny": Decimal(-200),
        "allocated_growth_share": -0.2,
    }
    assert part(fund_row(built, "2020-02", "current_year"), expected) == expected
    units = {"allocated_cny": Decimal(300), "arrived_cny": Decimal(0), "spend_rate_share": None}
    assert part(fund_row(built, "2020-02", "current_year", COUNTY_UNITS), units) == units


def test_a_batch_is_judged_by_the_days_since_its_money_arrived(built: Built) -> None:
    batch = fund_row(built, "2020-02", "all_years", TOWN, "云财农〔2019〕1号 q1")
    expected = {"days_since_arrival": 410, "calendar_bar_share": None, "spend_rate_share": 0.7}
    assert part(batch, expected) == expected


def test_villages_have_no_fund_rows(built: Built) -> None:
    levels = built.rows("select distinct area_level from marts.kpi_fund_area_month order by all")
    assert levels == [("county",), ("prefecture",), ("township",)]


def test_persons_and_households_keep_their_last_appearance(built: Built) -> None:
    assert built.rows(
        "select area_code, first_period, last_period from marts.dim_household where household_key = 'a'"
    ) == [(WEST, "2018-12", "2020-02")]
    gone = built.row("from marts.dim_person where member_key = 'a4'")
    assert (gone["last_period"], gone["is_in_resident_file"]) == ("2018-12", False)
    assert built.row("from marts.dim_person where member_key = 'a1'")["is_in_resident_file"] is True


def test_a_late_delivery_carries_its_due_date(built: Built) -> None:
    late = built.row("from marts.ops_delivery where feed = 'region'")
    assert (late["due_date"], late["days_late"]) == (date(2021, 1, 2), 4)


def test_a_later_month_is_not_seen_by_an_earlier_run(tmp_path: Path) -> None:
    early = build(small_county(), tmp_path, "2020-01")
    assert early.rows("select max(period) from marts.kpi_register_bridge_area_month") == [("2020-01",)]
    assert fund_row(early, "2020-01", "current_year")["allocated_cny"] == Decimal(400)
    assert early.rows("select count(*) from marts.fct_fund_movement where movement_date > '2020-01-31'") == [(0,)]


def test_what_cannot_be_explained_stops_the_release_unless_rows_were_rejected(tmp_path: Path) -> None:
    county = small_county()
    forgotten = next(
        row for row in county.rows["raw_rural_revitalisation__register_changes"] if row["change_id"] == "c5"
    )
    county.rows["raw_rural_revitalisation__register_changes"].remove(forgotten)
    strict = build(county, tmp_path / "strict", "2020-02")
    gate = "assert_bridges_balance_when_nothing_was_rejected"
    assert strict.nodes[gate].state == "failed"
    assert bridge_row(strict, "2020-01", "registered")["unexplained_person_count"] == 2
    county.add("ops_rejections", {"feed": "register_changes", "period": "2020-01", "is_open": True})
    assert build(county, tmp_path / "lenient", "2020-02").nodes[gate].state == "passed"


def test_one_late_booked_payment_does_not_vouch_for_the_months_that_are_missing(tmp_path: Path) -> None:
    county = small_county()
    county.deliver(
        "fund_payment",
        "2020-05",
        [payment("p5", "q2", date(2020, 4, 30), 10), payment("p6", "q2", date(2020, 5, 6), 20)],
    )
    county.deliver("fund_quota", "2020-05", county.rows["raw_finance__fund_quota"][-2:])
    late = build(county, tmp_path, "2020-05")
    known = {
        period: (fund_row(late, period, "current_year")["paid_final_cny"], has_quotas)
        for period, has_quotas in late.rows(
            "select period, has_quotas from intermediate.int_fund_coverage"
            " where fund_scope = 'current_year' and period >= '2020-02'"
        )
    }
    assert known == {
        "2020-02": (Decimal(150), True),
        "2020-03": (None, True),
        "2020-04": (None, True),
        "2020-05": (None, True),
    }
    test = late.nodes["assert_payments_are_dated_in_the_months_of_their_file"]
    assert (test.state, test.failures) == ("warned", 1)
    assert late.rows("select movement_date from marts.fct_fund_movement where movement_id = 'paid_final-p5'") == [
        (date(2020, 4, 30),)
    ]


def test_a_prefecture_says_which_counties_its_figures_cover(built: Built, tmp_path: Path) -> None:
    one = "曲靖市（本库1县：师宗县）"
    assert exit_row(built, 2019, PREFECTURE)["area_name"] == one
    assert fund_row(built, "2020-02", "all_years", PREFECTURE)["area_name"] == one
    assert bridge_row(built, "2020-01", "registered", PREFECTURE)["area_name"] == one
    assert built.row(f"from marts.dim_area where area_code = '{PREFECTURE}'")["area_name"] == one
    assert exit_row(built, 2019)["area_name"] == "师宗县"
    county = small_county()
    county.area("530322000000", "county", "陆良县", PREFECTURE)
    county.area("530321000000", "county", "马龙县", PREFECTURE, valid_to=date(2018, 3, 1))
    two = build(county, tmp_path, "2020-02")
    names = two.rows(
        "select distinct rollup_area_name from intermediate.int_area_rollup where rollup_area_level = 'prefecture'"
    )
    assert names == [("曲靖市（本库2县）",)]


def test_a_prefecture_is_divided_by_the_population_of_the_counties_held(built: Built, tmp_path: Path) -> None:
    assert exit_row(built, 2019, PREFECTURE)["rural_registered_population_count"] == 100
    county = small_county()
    county.rows["raw_civil_affairs__region"].append(
        division(PREFECTURE, 1200, 1000, None, None) | {"period": "2019-12", "receipt_id": "region-2019-12"}
    )
    own = build(county, tmp_path, "2020-02")
    assert own.not_passed() == {}
    assert exit_row(own, 2019, PREFECTURE)["rural_registered_population_count"] == 100
    assert exit_row(own, 2019)["rural_registered_population_count"] == 100


ROLLUP_TESTS = (
    "assert_no_exit_is_lost_in_the_rollup",
    "assert_no_household_is_lost_in_the_rollup",
    "assert_no_money_is_lost_in_the_rollup",
)


def _table_that_starts_at_the_county() -> County:
    county = small_county()
    county.forget_area(PREFECTURE)
    county.area(COUNTY, "county", "师宗县", None)
    return county


def test_a_division_table_that_starts_at_the_county_is_enough(tmp_path: Path) -> None:
    built = build(_table_that_starts_at_the_county(), tmp_path, "2020-02")
    assert built.not_passed() == {}
    assert exit_row(built, 2019)["listed_household_count"] == 4


def test_what_is_lost_below_the_county_is_found_without_a_prefecture(tmp_path: Path) -> None:
    county = _table_that_starts_at_the_county()
    county.area(TOWN, "township", "丹凤街道", COUNTY, valid_to=date(2017, 12, 31))
    lost = build(county, tmp_path, "2020-02")
    assert {name: lost.nodes[name].state for name in ROLLUP_TESTS} == dict.fromkeys(ROLLUP_TESTS, "failed")


def test_an_exited_household_without_its_year_is_counted_as_a_warning(tmp_path: Path) -> None:
    county = small_county()
    for period in ("2018-12", "2019-12", "2020-01", "2020-02"):
        nameless = household("f", EAST, None) | {"household_type": "脱贫户", "exit_status": EXITED, "period": period}
        county.rows["raw_rural_revitalisation__household_register"].append(nameless)
    warned = build(county, tmp_path, "2020-02")
    gate = dbt_gate(tuple(warned.nodes.values()), model_row_counts(warned.database))
    assert gate.state == "warned"
    assert [(check.subject, check.failed_count) for check in gate.problems] == [
        ("assert_every_exited_household_has_its_year", 1)
    ]


def test_a_division_that_changes_after_the_last_register_keeps_the_year_whole(tmp_path: Path) -> None:
    county = small_county()
    county.area(WEST, "village", "文笔社区居民委员会", TOWN, valid_to=date(2020, 3, 10))
    county.area("530323001003", "village", "新文笔社区居民委员会", TOWN, valid_from=date(2020, 3, 11))
    changed = build(county, tmp_path, "2020-04")
    assert changed.not_passed() == {}
    whole = {"as_of_period": "2020-02", "listed_household_count": 5, "listed_person_count": 16}
    assert part(exit_row(changed, 2020), whole) == whole
    assert exit_row(changed, 2020, WEST)["listed_household_count"] == 3
    assert exit_row(changed, 2020, "530323001003")["listed_household_count"] == 0
