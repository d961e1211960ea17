"""Visits, scores, problems and doubtful payments on a county of four households; every number was computed by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

JANUARY, FEBRUARY = "2020-01", "2020-02"


def paired(house: str, cadre: str, row: int, **more: Any) -> Row:
    fixed = {"household_key": house, "cadre_key": cadre, "person_key": f"p{cadre}", "unit_name": "某局"}
    fixed |= {"unit_level": "县级", "started_date": date(2019, 1, 1), "duty_status": "在岗"}
    return fixed | {"source_sheet": "结对", "source_row": row} | more


def phoned(number: str, cadre: str, house: str, at: str, uploaded: str, **more: Any) -> Row:
    fixed = {"visit_id": number, "cadre_key": cadre, "household_key": house, "longitude": "104.0", "latitude": "24.8"}
    fixed |= {"visited_at": f"{at}:00+08:00", "uploaded_at": f"{uploaded}:00+08:00", "photo_hash": f"h{number}"}
    return fixed | {"source_sheet": "", "source_row": 2} | more


def scored(area: str, item: str, score: float, reason: str | None = None) -> Row:
    names = {"responsibility_area_id": area, "responsibility_area_name": f"第{area}责任区", "area_code": TOWN}
    return names | {"score_item": item, "full_score": 50, "item_score": score, "deduction_reason": reason}


def problem(number: str, area: str, item: str, found: date, due: date, **more: Any) -> Row:
    fixed = {"problem_id": number, "area_code": area, "problem_item": item, "problem_category": "政策落实"}
    fixed |= {"problem_source": "县级", "found_date": found, "due_date": due, "problem_status": "整改中"}
    return fixed | {"source_row": 3} | more


def doubt(number: str, kind: str, paid: int, status: str, **more: Any) -> Row:
    fixed = {"doubt_id": number, "person_key": f"r{number}", "area_code": EAST, "doubt_kind": kind, "fund_name": "低保"}
    return fixed | {"paid_cny": paid, "paid_date": date(2020, 1, 20), "check_status": status} | more


def _pairing(county: County) -> None:
    county.deliver(
        "pairing",
        JANUARY,
        [
            paired("a", "k1", 2, source_sheet="结对续"),
            paired("b", "k1", 3),
            paired("c", "k2", 4),
            # Left in January, came in January, long sick: none of them is expected to visit.
            paired("d", "k3", 5, ended_date=date(2020, 1, 15)),
            paired("d", "k4", 6, started_date=date(2020, 1, 16)),
            paired("c", "k5", 7, duty_status="长期病假"),
        ],
    )
    county.deliver(
        "phone_visits",
        JANUARY,
        [
            phoned("1", "k1", "a", "2020-01-02T09:00", "2020-01-02T10:00"),
            phoned("2", "k1", "b", "2020-01-09T09:00", "2020-01-09T10:00"),
            # Two minutes later and 11 km away: a tenth of a degree of latitude.
            phoned("3", "k1", "a", "2020-01-09T09:02", "2020-01-09T10:00", latitude="24.9"),
            phoned("4", "k1", "b", "2020-01-23T09:00", "2020-01-23T10:00", problem_kind="饮水"),
            # At three in the morning, and uploaded eight days later.
            phoned("5", "k2", "c", "2020-01-05T03:00", "2020-01-05T09:00"),
            phoned("6", "k2", "c", "2020-01-06T10:00", "2020-01-14T10:00", photo_hash="same"),
            phoned("7", "k2", "c", "2020-01-07T10:00", "2020-01-07T11:00", photo_hash="same"),
        ],
    )
    county.deliver(
        "study_tests",
        JANUARY,
        [
            {"cadre_key": "k1", "test_round": "202001", "test_score": 92, "is_passed": True},
            {"cadre_key": "k2", "test_round": "202001", "test_score": 50, "is_passed": False},
        ],
    )


def _oversight(county: County) -> None:
    full = {"1": (40, 40), "2": (45, 35), "3": (30, 30), "4": (20, 50), "5": (10, 20)}
    rows = [scored(a, i, s) for a, both in full.items() for i, s in zip(("档案", "洁美"), both, strict=True)]
    county.deliver("area_scores", JANUARY, rows)
    later = full | {"3": (35, 45)}
    rows = [scored(a, i, s, "杂物") for a, both in later.items() for i, s in zip(("档案", "洁美"), both, strict=True)]
    county.deliver("area_scores", FEBRUARY, rows)
    county.deliver(
        "rectification",
        FEBRUARY,
        [
            problem("w1", EAST, "饮水01", date(2020, 1, 3), date(2020, 1, 20)),
            problem("w2", WEST, "饮水01", date(2020, 1, 5), date(2020, 3, 1), done_date=date(2020, 1, 25),
                    closed_date=date(2020, 2, 2), proof="照片", problem_status="已销号"),
            problem("w3", WEST, "住房02", date(2020, 2, 3), date(2020, 2, 10), closed_date=date(2020, 2, 12),
                    rechecked_date=date(2020, 2, 20), recheck_result="反弹", problem_status="已销号"),
        ],
    )  # fmt: skip
    yes = {"check_result": "属实"}
    county.deliver(
        "livelihood_inspection",
        FEBRUARY,
        [
            doubt("1", "对象已死亡", 500, "审核通过", recovered_cny=300, recovered_date=date(2020, 2, 9), **yes),
            doubt("2", "干部亲属", 200, "审核通过", check_result="不属实", related_cadre_key="k1"),
            doubt("3", "重复领取", 100, "办理中"),
        ],
    )


def _county() -> County:
    county = County()
    rows = [household(key, area, None) for key, area in (("a", EAST), ("b", EAST), ("c", WEST), ("d", WEST))]
    for period in (JANUARY, FEBRUARY):
        county.deliver("household_register", period, [row | {"recognised_year": 2014} for row in rows])
    _pairing(county)
    _oversight(county)
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("help"), FEBRUARY)


def help_row(built: Built, area: str, period: str = JANUARY) -> dict[str, Any]:
    return built.row(
        f"select * from marts.kpi_help_area_month where area_id = '{area}' and period = '{period}' and group_id = 'all'"
    )


def test_rows_that_became_one_have_the_address_of_one_of_them(built: Built) -> None:
    rows = built.rows("select source_sheet, source_row from marts.fct_cadre_month where cadre_key = 'k1'")
    assert set(rows) == {("结对", 3)}


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_leavers_newcomers_and_the_sick_are_out_of_the_visit_rate(built: Built) -> None:
    row = help_row(built, COUNTY)
    names = ("paired_cadre_count", "expected_cadre_count", "away_cadre_count", "visiting_cadre_count")
    assert [row[name] for name in names] == [4, 2, 2, 2]
    assert row["visit_rate_share"] == 1
    # Each of k2's three visits is odd.
    assert (row["plausible_visiting_cadre_count"], row["plausible_visit_rate_share"]) == (1, 0.5)
    assert (row["paired_household_count"], row["unpaired_household_count"], row["unseen_household_count"]) == (4, 0, 1)


def test_duty_is_a_visit_a_whole_week(built: Built) -> None:
    found = built.rows(
        "select cadre_key, household_count, duty_visit_count, visit_count, is_below_duty from marts.fct_cadre_month "
        f"where period = '{JANUARY}' order by 1"
    )
    assert found == [("k1", 2, 4, 4, False), ("k2", 1, 4, 3, True), ("k4", 1, 4, 0, False), ("k5", 1, 4, 0, False)]
    row = help_row(built, COUNTY)
    assert (row["duty_cadre_count"], row["below_duty_cadre_count"], row["below_duty_share"]) == (2, 1, 0.5)


def test_oddities_are_told_apart(built: Built) -> None:
    found = built.rows(
        "select visit_id, is_odd_hour, is_odd_upload, is_odd_place, is_too_fast, is_shared_photo from marts.fct_visit "
        "where is_implausible order by 1"
    )
    assert found == [
        ("3", False, False, False, True, False),
        ("5", True, False, False, False, False),
        ("6", False, True, False, False, True),
        ("7", False, False, False, False, True),
    ]
    row = help_row(built, COUNTY)
    assert (row["visit_count"], row["implausible_visit_count"], row["shared_photo_visit_count"]) == (7, 4, 2)
    assert (row["visit_problem_count"], row["open_visit_problem_count"]) == (1, 1)


def test_a_month_without_visits_is_not_reported_and_pairing_goes_on(built: Built) -> None:
    row = help_row(built, COUNTY, FEBRUARY)
    assert (row["paired_cadre_count"], row["expected_cadre_count"]) == (4, 3)
    assert (row["visiting_cadre_count"], row["visit_rate_share"], row["seen_household_count"]) == (None, None, None)
    assert (row["tested_cadre_count"], row["passed_cadre_count"]) == (2, 1)
    assert row["team_count"] is None


def test_equal_scores_share_a_rank_and_the_next_is_skipped(built: Built) -> None:
    found = built.rows(
        "select responsibility_area_id, score_rank, rank_from_below, tied_count, is_criticised from "
        f"marts.fct_responsibility_area_month where period = '{JANUARY}' order by 2, 1"
    )
    assert [row[:4] for row in found] == [
        ("1", 1, 4, 2),
        ("2", 1, 4, 2),
        ("4", 3, 3, 1),
        ("3", 4, 2, 1),
        ("5", 5, 1, 1),
    ]
    row = built.row(
        "select * from marts.fct_responsibility_area_month "
        f"where period = '{FEBRUARY}' and responsibility_area_id = '3'"
    )
    assert (row["score_rank"], row["previous_rank"], row["rank_change"]) == (1, 4, 3)
    assert (row["score_change"], row["moved_item"], row["moved_item_change"]) == (Decimal(20), "洁美", Decimal(15))
    assert (row["weakest_item"], row["deduction_reasons"], row["half_year_score"]) == ("档案", "杂物", 70)
    # The list of criticism has five places and there are five areas: two months in a row for all.
    assert (row["bottom_month_count"], row["is_sanctioned"]) == (2, True)


def test_problems_from_finding_to_closing(built: Built) -> None:
    names = "found_count, closed_count, cumulative_found_count, open_count, overdue_count, came_back_count"
    key = f"area_id = '{COUNTY}' and group_id = 'all'"
    query = f"select {names}, closed_without_proof_count from marts.kpi_problem_area_month where {key} order by period"
    assert built.rows(query) == [(2, 0, 2, 2, 1, 0, 0), (1, 2, 3, 1, 1, 1, 1)]
    found = built.rows(
        "select problem_id, elsewhere_area_count, elsewhere_open_count, overdue_days, closing_days, has_come_back "
        "from marts.fct_problem order by 1"
    )
    assert found == [("w1", 1, 0, 40, None, False), ("w2", 1, 1, None, 28, False), ("w3", 0, 0, None, 9, True)]


def test_only_what_was_confirmed_can_be_recovered(built: Built) -> None:
    row = built.row(
        f"select * from marts.kpi_livelihood_finding_area_month where area_id = '{COUNTY}' and group_id = 'all'"
    )
    counts = ("doubt_count", "concluded_count", "confirmed_count", "recovered_payment_count")
    assert [row[name] for name in counts] == [3, 2, 1, 1]
    money = ("doubt_cny", "confirmed_cny", "recovered_cny", "not_recovered_cny")
    assert [row[name] for name in money] == [Decimal(n) for n in ("800", "500", "300", "200")]
    assert row["recovered_share"] == pytest.approx(0.6)
