"""Exit checks, assessments and the plan on a county that fits on a page; expected numbers are computed by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

ITEMS = ("不愁吃", "不愁穿", "义务教育有保障", "基本医疗有保障", "住房安全有保障")


def check(key: str | None, area: str, item: str, row: int, **more: Any) -> Row:
    fixed = {"object_level": "户" if key else "村", "household_key": key, "area_code": area, "check_year": 2018}
    rest = {
        "list_name": "退出标准",
        "item_name": item,
        "is_passed": True,
        "check_level": "乡镇级",
        "checked_by": "验收组",
    }
    placed = {"checked_date": date(2018, 11, 10), "is_signed": True, "source_sheet": "", "source_row": row}
    return fixed | rest | placed | more


def assessment(kind: str, measure: str, area: str, row: int, **more: Any) -> Row:
    fixed = {"assessment_name": f"2018{kind}", "assessment_kind": kind, "organiser_level": "县级", "area_code": area}
    rest = {"object_name": "某地", "measure": measure, "result_text": "见计数", "started_date": date(2018, 11, 12)}
    return fixed | rest | {"sampling_method": "抽样", "source_sheet": "评估", "source_row": row} | more


def target(code: str, value: float, row: int, **more: Any) -> Row:
    fixed = {
        "indicator_code": code,
        "indicator_name": code,
        "plan_year": 2018,
        "area_name": "师宗县",
        "unit_name": "户",
    }
    rest = {"area_code": COUNTY, "target_value": value, "target_scope": "当年", "target_direction": "不低于"}
    dates = {"started_date": date(2018, 1, 1), "due_date": date(2018, 12, 31), "base_value": 0}
    return fixed | rest | dates | {"source_sheet": "任务", "source_row": row} | more


def _county() -> County:
    county = County()
    rows = [household("a", EAST, 2018), household("b", EAST, 2018), household("c", WEST, 2018)]
    county.deliver("household_register", "2018-12", rows)
    people = [{"household_key": key, "member_key": f"{key}1", "area_code": EAST} for key in "abc"]
    county.deliver("person_register", "2018-12", people)
    county.deliver(
        "exit_checks",
        "2018-12",
        [
            # a: the income is below the line of Yunnan (3,500) and ticked as passed all the same.
            check("a", EAST, "人均纯收入", 2, reported_value=3499),
            *(check("a", EAST, item, 3 + at) for at, item in enumerate(ITEMS)),
            # b: one item failed in the village and passed in the township; its list lacks an item.
            check("b", EAST, "人均纯收入", 10, reported_value=3500, is_spot_checked=True),
            check("b", EAST, "不愁吃", 11, is_passed=False, check_level="村级", checked_date=date(2018, 11, 1)),
            *(check("b", EAST, item, 12 + at) for at, item in enumerate(ITEMS[:4])),
            # The village: an incidence that is not under 3, and an item of no list.
            check(None, WEST, "贫困发生率", 20, reported_value=3, is_passed=False, check_level="县级"),
            check(None, WEST, "村口有牌坊", 21, check_level="县级"),
        ],
    )
    county.deliver(
        "third_party_assessment",
        "2018-12",
        [
            assessment("模拟考核", "漏评率", EAST, 2, sample_count=60, problem_count=2),
            assessment("模拟考核", "漏评率", WEST, 3, sample_count=40, problem_count=1),
            assessment("专项评估", "群众认可度", COUNTY, 4, sample_count=200, problem_count=22),
            assessment("专项评估", "群众认可度", EAST, 5, sample_count=10, problem_count=10),
            assessment(
                "专项评估", "综合贫困发生率", COUNTY, 8, sampling_method="全面", sample_count=1000, problem_count=30
            ),
            assessment("退出申请", "结论", COUNTY, 6, started_date=date(2018, 11, 1), result_text="通过"),
            assessment("市级初审", "结论", COUNTY, 7, started_date=date(2018, 11, 8), result_text="通过"),
        ],
    )
    county.deliver(
        "plan_targets",
        "2018-12",
        [
            target("EXIT-HH", 4, 2),
            target("ROAD-KM", 100, 3, target_scope="累计", started_date=date(2016, 1, 1), base_value=40),
            target(
                "HLTH-MM", 18, 4, target_scope="时点", target_direction="不高于", started_date=None, base_value=None
            ),
            target("PENS-IN", 90, 5, target_scope="时点", started_date=None, base_value=None),
        ],
    )
    reported = {"area_code": COUNTY, "statistics_year": 2018, "reporting_office": "某局", "value_source": "部门统计"}
    county.deliver(
        "sector_indicators",
        "2018-12",
        [
            reported
            | {"indicator_code": "ROAD-KM", "indicator_name": "公路", "indicator_value": 100, "unit_name": "公里"},
            reported
            | {"indicator_code": "HLTH-MM", "indicator_name": "死亡率", "indicator_value": 17, "unit_name": "1/10万"},
            reported | {"indicator_code": "X", "indicator_name": "投资", "indicator_value": 3.24, "unit_name": "亿元"},
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("plan"), "2018-12")


def exits(built: Built, area: str, kind: str = "household", item: str = "all") -> Row:
    return built.row(
        "select * from marts.kpi_exit_check_area_year "
        f"where area_id = '{area}' and group_type = '{kind}' and group_id = '{item}'"
    )


def test_every_node_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_households_pass_with_all_items_or_not_at_all(built: Built) -> None:
    row = exits(built, COUNTY)
    assert (row["due_household_count"], row["checked_household_count"]) == (3, 2)
    assert row["checked_household_share"] == pytest.approx(2 / 3)
    # Household b lacks the item on housing; a has all six of 2018, water counts from 2019 on.
    assert (row["complete_household_count"], row["passed_household_count"], row["failed_household_count"]) == (1, 1, 0)
    assert (row["contradicted_household_count"], row["failed_before_household_count"]) == (1, 1)
    assert row["spot_checked_household_count"] == 1
    assert row["checked_place_count"] is None
    income = exits(built, PREFECTURE, item="H1")
    assert (income["checked_household_count"], income["contradicted_household_count"]) == (2, 1)
    assert income["due_household_count"] is None


def test_a_village_fails_at_the_threshold_and_an_item_of_no_list_is_told(built: Built) -> None:
    row = exits(built, WEST, "village")
    assert (row["checked_place_count"], row["passed_place_count"], row["failed_place_count"]) == (1, 0, 1)
    assert row["complete_place_count"] == 0
    extra = built.rows("select is_listed_item, item_code from marts.fct_exit_check where item_name = '村口有牌坊'")
    assert extra == [(False, None)]
    value = built.rows("select is_passed_by_value from marts.fct_exit_check where item_code = 'V1'")
    assert value == [(False,)]


def rate(built: Built, area: str, kind: str, measure: str) -> Row:
    return built.row(
        "select * from marts.kpi_assessment_area_year "
        f"where area_id = '{area}' and group_type = '{kind}' and group_id = '{measure}'"
    )


def test_our_own_mock_adds_up_its_villages_and_is_barred_above_two_per_cent(built: Built) -> None:
    row = rate(built, COUNTY, "模拟考核", "漏评率")
    assert (row["sample_count"], row["problem_count"], row["rate_share"]) == (100, 3, 0.03)
    assert (row["rate_bar_share"], row["is_barred"], row["is_certainly_clear"]) == (0.02, True, False)
    # Wilson: (0.03 + z²/200 ± z·√(0.03·0.97/100 + z²/40000)) / (1 + z²/100) with z = 1.959964.
    assert row["lower_bound"] == pytest.approx(0.010254, abs=1e-5)
    assert row["upper_bound"] == pytest.approx(0.084519, abs=1e-5)


def test_the_countys_own_line_goes_before_its_villages(built: Built) -> None:
    row = rate(built, COUNTY, "专项评估", "群众认可度")
    assert (row["sample_count"], row["hit_count"], row["rate_share"]) == (200, 178, 0.89)
    assert (row["rate_bar_share"], row["is_barred"]) == (0.9, True)
    assert rate(built, EAST, "专项评估", "群众认可度")["rate_share"] == 0


def test_everybody_asked_has_no_interval_and_the_west_has_three_per_cent(built: Built) -> None:
    row = rate(built, COUNTY, "专项评估", "综合贫困发生率")
    assert (row["rate_share"], row["lower_bound"], row["upper_bound"]) == (0.03, None, None)
    assert (row["rate_bar_share"], row["is_barred"], row["is_certainly_clear"]) == (0.03, False, None)


def test_the_steps_of_the_exit_say_how_long_each_took(built: Built) -> None:
    steps = built.rows(
        "select exit_step, days_since_step_before from marts.fct_assessment where exit_step in (1, 2) order by 1"
    )
    assert steps == [(1, None), (2, 7)]


def plan(built: Built, code: str) -> Row:
    return built.row(f"select * from marts.kpi_plan_area_year where group_id = '{code}'")


def test_a_register_answers_before_a_report_and_pace_is_even(built: Built) -> None:
    exits_ = plan(built, "EXIT-HH")
    assert (exits_["actual_value"], exits_["actual_source"]) == (3, "register")
    assert (exits_["done_ratio"], exits_["elapsed_time_ratio"], exits_["plan_status"]) == (0.75, 1, "missed")
    road = plan(built, "ROAD-KM")
    assert (road["actual_source"], road["projected_value"], road["plan_status"]) == ("reported", 100, "met")


def test_a_rate_that_should_fall_and_a_target_nobody_reported_on(built: Built) -> None:
    assert plan(built, "HLTH-MM")["plan_status"] == "met"
    silent = plan(built, "PENS-IN")
    assert (silent["actual_value"], silent["plan_status"]) == (None, "no_actual")


def test_reported_units_are_counted_out(built: Built) -> None:
    value = built.rows("select measure_value from marts.fct_sector_indicator where indicator_code = 'X'")
    assert value == [(324_000_000,)]
