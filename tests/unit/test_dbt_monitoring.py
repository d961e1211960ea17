"""Monitoring and leads on a county that fits on one page: two villages, seven recognitions, eleven leads, ten homes.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

UNSTABLE, MARGINAL, SUDDEN = "脱贫不稳定户", "边缘易致贫户", "突发严重困难户"
MONTH = "2020-03"


def spell(key: str, area: str, kind: str, size: int, recognised: date, **more: Any) -> Row:
    fixed = {"household_key": key, "head_person_key": f"p{key}1", "area_code": area, "monitoring_class": kind}
    steps = {"recognised_date": recognised, "recognised_month": recognised.replace(day=1), "risk": "因病"}
    return fixed | steps | {"member_count": size, "is_eliminated": "eliminated_month" in more} | more


def case(number: str, person: str, area: str, opened: date, **more: Any) -> Row:
    fixed = {"application_id": number, "person_key": person, "area_code": area, "opened_date": opened}
    return fixed | {"lead_source": "农户申请", "lead_reason": "突发疾病"} | more


def listed(person: str, area: str, light: str = "绿", key: str | None = None) -> Row:
    return {
        "head_person_key": person,
        "household_key": key,
        "police_household_key": f"h{person}",
        "area_code": area,
        "light": light,
        "surveyed_date": date(2020, 2, 15),
        "source_row": sum(map(ord, person)),
    }


def _county() -> County:
    county = County()
    assisted, natural = {"elimination_way": "帮扶消除"}, {"elimination_way": "自然消除"}
    march = date(2020, 3, 1)
    county.deliver(
        "monitoring_register",
        MONTH,
        [
            # Eliminated in the sixth month: in time.
            spell("a", EAST, UNSTABLE, 3, date(2019, 9, 10), lead_date=date(2019, 9, 1), eliminated_month=march,
                  notice_started_date=date(2019, 9, 3), notice_ended_date=date(2019, 9, 9),
                  first_measure_date=date(2019, 9, 20), **assisted),
            # Nineteen days from lead to recognition, four of notice, and no measure.
            spell("b", EAST, MARGINAL, 2, date(2019, 12, 20), lead_date=date(2019, 12, 1), is_without_labour=True,
                  notice_started_date=date(2019, 12, 14), notice_ended_date=date(2019, 12, 18)),
            # Eliminated after one month.
            spell("c", WEST, SUDDEN, 4, date(2020, 2, 10), lead_date=date(2020, 2, 1), eliminated_month=march,
                  **assisted),
            # Eliminated and recognised again.
            spell("d", WEST, UNSTABLE, 1, date(2019, 6, 5), eliminated_month=date(2019, 12, 1), **assisted),
            spell("d", WEST, UNSTABLE, 1, date(2020, 3, 12)),
            spell("e", WEST, MARGINAL, 5, date(2020, 1, 15), eliminated_month=march, **natural),
            spell("f", EAST, MARGINAL, 2, date(2020, 1, 20), removed_date=date(2020, 3, 5), recovered_cny=300),
        ],
    )  # fmt: skip
    taken = {"lead_result": "纳入监测"}
    county.deliver(
        "screening_applications",
        MONTH,
        [
            case("1", "pa1", EAST, date(2019, 9, 1), checked_date=date(2019, 9, 3), household_key="a",
                 concluded_date=date(2019, 9, 10), **taken),
            # Twenty-one thousand yuan of own payment, and why the household is not monitored.
            case("2", "px", EAST, date(2020, 2, 20), lead_reason="自付医疗费用较大", own_payment_cny=21000,
                 checked_date=date(2020, 2, 22), concluded_date=date(2020, 3, 2), lead_result="不符合条件"),
            case("3", "py", WEST, date(2020, 3, 10), lead_source="部门比对", lead_reason="突发残疾"),
            case("4", "pz", WEST, date(2020, 3, 29), lead_source="干部排查"),
            case("5", "pd1", WEST, date(2020, 3, 2), checked_date=date(2020, 3, 3),
                 concluded_date=date(2020, 3, 12), **taken),
            # Recognised by the ledger, not in the register.
            case("6", "pq", EAST, date(2020, 1, 2), checked_date=date(2020, 1, 3),
                 concluded_date=date(2020, 1, 10), **taken),
        ],
    )  # fmt: skip
    hit = {"round_id": "BD2020-03", "screening_office": "医保局"}
    county.deliver(
        "screening_results",
        MONTH,
        [
            # The day before case 3 about the same person: the same lead.
            hit | {"person_key": "py", "doubt_type": "突发残疾", "fed_back_date": date(2020, 3, 9), "source_row": 2},
            hit | {"person_key": "pg1", "doubt_type": "自付医疗费用较大", "fed_back_date": date(2020, 3, 5),
                   "checked_date": date(2020, 3, 10), "check_result": "属实", "handling": "保留", "source_row": 3},
            # A possession is a lead and gives no light.
            hit | {"person_key": "pg1", "doubt_type": "有车辆", "fed_back_date": date(2020, 3, 5), "source_row": 4},
        ],
    )  # fmt: skip
    county.deliver(
        "petitions",
        MONTH,
        [
            {"petition_id": "1", "area_code": TOWN, "household_key": "g", "matter": "困难求助",
             "accepted_date": date(2020, 3, 20)},
            {"petition_id": "2", "area_code": TOWN, "matter": "资金发放", "accepted_date": date(2020, 3, 2)},
            {"petition_id": "3", "area_code": TOWN, "matter": "识别退出", "accepted_date": date(2020, 3, 1),
             "closed_date": date(2020, 3, 10), "outcome": "不属实"},
        ],
    )  # fmt: skip
    county.deliver(
        "rural_households",
        "2020-02",
        [
            listed("pa1", EAST, key="a"), listed("pb1", EAST, key="b"), listed("pg1", EAST, key="g"),
            listed("px", EAST), listed("pq", EAST), listed("pc1", WEST, key="c"), listed("pd1", WEST, key="d"),
            listed("py", WEST), listed("pz", WEST), listed("pv", WEST, "黄"),
        ],
    )  # fmt: skip
    people = [
        {"household_key": key, "member_key": f"{key}1", "person_key": f"p{key}1", "area_code": EAST} for key in "abgh"
    ]
    for period in ("2020-02", MONTH):
        county.deliver("household_register", period, [household(key, EAST, 2018) for key in "abgh"])
        county.deliver("person_register", period, people)
    rounds = {"area_code": COUNTY, "round_kind": "信息比对", "department_count": 23}
    county.deliver(
        "identification_rounds",
        "2019-12",
        [
            rounds | {"round_id": "1", "started_date": date(2018, 5, 1), "compared_record_count": 100,
                      "applied_result_count": 90},
            rounds | {"round_id": "2", "started_date": date(2019, 5, 1), "compared_record_count": 50,
                      "applied_result_count": 40},
            {"round_id": "3", "started_date": date(2019, 6, 1), "area_code": TOWN, "round_kind": "民主评议",
             "meeting_count": 7},
        ],
    )  # fmt: skip
    arbitration = {"area_code": TOWN, "case_level": "乡级", "dispute_type": "是否纳入"}
    county.deliver(
        "arbitration_cases",
        "2019-12",
        [
            arbitration | {"case_id": "1", "accepted_date": date(2017, 8, 1), "member_count": 4},
            arbitration | {"case_id": "2", "accepted_date": date(2019, 8, 1), "member_count": 3},
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("monitoring"), MONTH)


def kpi(built: Built, model: str, area: str, group: str = "all", period: str = MONTH) -> Row:
    return built.row(
        f"select * from marts.{model} where area_id = '{area}' and period = '{period}' and group_id = '{group}'"
    )


def bridge(row: Row, unit: str = "household") -> tuple[Any, ...]:
    parts = ("opening", "new", "returned", "eliminated", "natural", "removed", "closing")
    return tuple(row[f"{part}_{unit}_count"] for part in parts)


def leads(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[f"{name}_lead_count"] for name in names)


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_the_bridge_balances_by_hand(built: Built) -> None:
    county = kpi(built, "kpi_monitoring_area_month", COUNTY)
    assert bridge(county) == (5, 0, 1, 2, 1, 1, 2)
    assert bridge(county, "person") == (16, 0, 1, 7, 5, 2, 3)
    assert bridge(kpi(built, "kpi_monitoring_area_month", EAST)) == (3, 0, 0, 1, 0, 1, 1)
    assert bridge(kpi(built, "kpi_monitoring_area_month", COUNTY, "marginal")) == (3, 0, 0, 0, 1, 1, 1)
    before = kpi(built, "kpi_monitoring_area_month", COUNTY, period="2020-02")
    assert before["closing_household_count"] == county["opening_household_count"]


def test_steps_that_missed_their_limits(built: Built) -> None:
    row = kpi(built, "kpi_monitoring_area_month", COUNTY)
    names = ("late_recognition", "short_notice", "without_measure_overdue", "early_elimination", "long_open")
    assert [row[f"{name}_household_count"] for name in names] == [1, 1, 1, 1, 0]
    assert row["without_labour_household_count"] == 1
    assert row["recovered_cny"] == 300
    later = built.row("select long_open_month from marts.fct_monitoring where household_key = 'b'")
    assert later["long_open_month"] == date(2021, 12, 1)


def test_red_is_a_decision_and_yellow_an_open_warning(built: Built) -> None:
    lights = ("all", "red", "yellow", "green", "unreported", "listed")
    county = kpi(built, "kpi_light_area_month", COUNTY)
    assert [county[f"{light}_household_count"] for light in lights] == [11, 2, 4, 4, 1, 10]
    east = kpi(built, "kpi_light_area_month", EAST)
    assert [east[f"{light}_household_count"] for light in lights] == [6, 1, 1, 3, 1, 5]


def test_the_queue_holds_each_lead_once(built: Built) -> None:
    county = kpi(built, "kpi_lead_case_area_month", COUNTY)
    assert leads(county, "opening_open", "opened", "concluded", "open") == (2, 6, 4, 4)
    assert leads(county, "open_within_check", "open_within_conclusion", "open_beyond") == (1, 1, 2)
    assert leads(county, "unchecked", "check_overdue", "not_in_ledger") == (4, 3, 2)
    assert leads(kpi(built, "kpi_lead_case_area_month", EAST), "open", "opened") == (1, 2)
    assert leads(kpi(built, "kpi_lead_case_area_month", WEST), "open") == (3,)
    # The car stands under its rule only.
    assert leads(kpi(built, "kpi_lead_case_area_month", COUNTY, "vehicle"), "open") == (1,)
    # The petition that names only a township counts from there on.
    assert leads(kpi(built, "kpi_lead_case_area_month", TOWN), "opened") == (6,)


def test_conversion_ends_in_the_register_and_not_in_the_ledger(built: Built) -> None:
    county = kpi(built, "kpi_lead_case_area_month", COUNTY)
    cohort = ("cohort_opened", "cohort_concluded", "cohort_confirmed", "cohort_recognised")
    assert leads(county, *cohort) == (10, 6, 4, 2)
    assert county["recognised_lead_share"] == pytest.approx(2 / 6)
    said = built.row("select * from marts.fct_lead_case where lead_id = 'screening_applications:6'")
    assert (said["is_said_recognised"], said["is_recognised"]) == (True, False)


def test_why_a_household_is_not_monitored_in_spite_of_its_own_payment(built: Built) -> None:
    row = built.row("select * from marts.fct_lead_case where own_payment_cny >= 20000")
    assert (row["conclusion"], row["lead_state"], row["is_recognised"]) == ("conditions_not_met", "concluded", False)
    assert row["concluded_date"] == date(2020, 3, 2)


def test_rounds_and_arbitration_add_up_over_the_years(built: Built) -> None:
    comparison = kpi(built, "kpi_identification_area_year", COUNTY, "comparison", "2019")
    assert (comparison["round_count"], comparison["cumulative_round_count"]) == (1, 2)
    assert (comparison["cumulative_compared_record_count"], comparison["cumulative_applied_result_count"]) == (150, 130)
    arbitration = kpi(built, "kpi_identification_area_year", TOWN, "arbitration", "2020")
    assert (arbitration["case_count"], arbitration["cumulative_case_count"]) == (0, 2)
    assert arbitration["cumulative_case_person_count"] == 7


def test_a_register_that_did_not_arrive_is_null(tmp_path_factory: pytest.TempPathFactory) -> None:
    county = _county()
    county.deliver("household_register", "2020-04", [])
    later = build(county, tmp_path_factory.mktemp("later"), "2020-04")
    assert later.not_passed() == {}
    row = kpi(later, "kpi_monitoring_area_month", COUNTY, period="2020-04")
    assert row["closing_household_count"] is None
    assert kpi(later, "kpi_light_area_month", COUNTY, period="2020-04")["green_household_count"] is None
