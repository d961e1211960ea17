"""Lists behind the questions that an office asks, on a county of four households; each row was worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.dbt_county import EAST, TOWN, WEST, Built, County, Row, build
from tests.unit.test_dbt_guarantees import bill
from tests.unit.test_dbt_help import paired, phoned
from tests.unit.test_dbt_models import household
from tests.unit.test_dbt_monitoring import UNSTABLE, case, spell

JANUARY, FEBRUARY = "2020-01", "2020-02"


def seen(number: str, house: str, day: int, **more: Any) -> Row:
    at = f"2020-01-{day:02}T09:00"
    return phoned(number, "k1", house, at, at, source_row=int(number)) | more


def measure(house: str, day: date, **more: Any) -> Row:
    fixed = {"household_key": house, "measure_year": day.year, "measure_kind": "产业帮扶", "measure_name": "种养"}
    return fixed | {"office_name": "县农业农村局", "measure_date": day, "source_row": day.day} | more


def _visits(county: County) -> None:
    """The only file of visits is January's: its last day is the 31st, and yesterday the 30th."""
    county.deliver("pairing", JANUARY, [paired("a", "k1", 2), paired("b", "k1", 3, unit_name="某局")])
    county.deliver(
        "phone_visits",
        JANUARY,
        [
            seen("1", "a", 30, problem_kind="饮水"),
            seen("2", "b", 30, problem_kind="住房", closed_date=date(2020, 1, 31)),
            # Closed after the last day told: still open on it.
            seen("3", "c", 25, problem_kind="就业", closed_date=date(2020, 2, 3)),
            # Seven days before the last one: no longer the last week.
            seen("4", "d", 24, problem_kind="医疗"),
            seen("5", "a", 31),
            # In no register.
            seen("6", "z", 23, problem_kind="其他"),
        ],
    )


def _payments(county: County) -> None:
    """Five payers above 20,000 yuan, one below; the ledger of leads stands in ``_county``."""
    paid = date(2020, 1, 6)
    county.deliver(
        "medical_reimbursement",
        JANUARY,
        [
            bill("pa1", paid, 50000, 40000, 29000) | {"source_row": 2},
            bill("pb1", paid, 45000, 40000, 15000) | {"source_row": 3},
            bill("pc1", paid, 45000, 40000, 20000, area_code=WEST) | {"source_row": 4},
            bill("pd1", paid, 45000, 40000, 25001, area_code=WEST) | {"source_row": 5},
            bill("px", paid, 45000, 40000, 20000) | {"source_row": 6},
        ],
    )
    county.deliver("monitoring_register", FEBRUARY, [spell("b", EAST, UNSTABLE, 1, date(2020, 1, 25))])
    county.deliver(
        "arbitration_cases",
        "2019-12",
        [
            {"case_id": "1", "case_level": "县级", "head_person_key": "px", "area_code": TOWN,
             "dispute_type": "是否纳入", "ruling": "不纳入",
             "accepted_date": date(2020, 1, 20), "ruled_date": date(2020, 1, 30)},
        ],
    )  # fmt: skip


def _county() -> County:
    county = County()
    rows = [household(key, area, 2018) for key, area in (("a", EAST), ("b", EAST), ("c", WEST), ("d", WEST))]
    people = [
        {"household_key": row["household_key"], "member_key": f"{row['household_key']}1",
         "person_key": f"p{row['household_key']}1", "area_code": row["area_code"]}
        for row in rows
    ]  # fmt: skip
    for period in (JANUARY, FEBRUARY):
        county.deliver("household_register", period, [row | {"recognised_year": 2014} for row in rows])
        county.deliver("person_register", period, people)
    _visits(county)
    _payments(county)
    county.deliver(
        "screening_applications",
        FEBRUARY,
        [
            # Concluded before the visit: no lead that follows; the second one was opened after it.
            case("1", "pd1", WEST, date(2020, 1, 2), concluded_date=date(2020, 1, 10), lead_result="不属实"),
            case("2", "pd1", WEST, date(2020, 1, 28), household_key="d"),
            # Opened when the visits' last day was over.
            case("3", "pa1", EAST, date(2020, 2, 2)),
            case("4", "px", EAST, date(2020, 1, 8), lead_reason="自付医疗费用较大", own_payment_cny=25000,
                 concluded_date=date(2020, 1, 18), lead_result="不符合条件", conclusion_note="二次报销后不足"),
            # A later lead of the same payer about something else: the one about the payment is told.
            case("5", "px", EAST, date(2020, 2, 5)),
            # Told by the ledger alone; below the bar it is told by nobody.
            case("6", "py", EAST, date(2020, 2, 1), lead_reason="自付医疗费用较大", own_payment_cny=20000),
            case("7", "pz", EAST, date(2020, 2, 1), lead_reason="自付医疗费用较大", own_payment_cny=19999),
        ],
    )  # fmt: skip
    county.deliver(
        "household_measures",
        FEBRUARY,
        [
            measure("c", date(2020, 1, 5)),
            measure("c", date(2020, 1, 29), measure_kind="就业帮扶"),
            measure("a", date(2020, 2, 4)),
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("questions"), FEBRUARY)


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_problems_of_yesterday_are_those_of_the_day_before_the_last_day_told(built: Built) -> None:
    found = built.rows(
        "select visit_id, open_days, is_open, is_yesterday, is_last_week, follow_up, area_code, unit_name "
        "from marts.fct_visit_problem order by visit_id"
    )
    assert found == [
        ("1", 1, True, True, True, "nothing", EAST, "某局"),
        ("2", 1, False, True, True, "closed", EAST, "某局"),
        ("3", 6, True, False, True, "measure", WEST, "某局"),
        ("4", 7, True, False, False, "lead", WEST, "某局"),
        ("6", 8, True, False, False, "nothing", None, "某局"),
    ]


def test_what_followed_a_problem_began_on_the_day_of_the_visit_or_later(built: Built) -> None:
    names = "as_of_date, lead_id, lead_opened_date, lead_state, measure_date, measure_kind"
    found = {row[0]: row[1:] for row in built.rows(f"select visit_id, {names} from marts.fct_visit_problem")}
    told = date(2020, 1, 31)
    assert found["3"] == (told, None, None, None, date(2020, 1, 29), "就业帮扶")
    assert found["4"] == (told, "screening_applications:2", date(2020, 1, 28), "unchecked", None, None)
    assert found["1"] == (told, None, None, None, None, None)


def test_why_a_payer_is_not_monitored_is_a_lead_a_conclusion_or_nothing(built: Built) -> None:
    names = "payer_key, basis, case_state, own_payment_cny, conclusion, conclusion_note, lead_opened_date"
    found = built.rows(f"select {names} from marts.fct_payment_burden_case order by payer_key")
    assert found == [
        ("a", "settlement", "opened", 21000, None, None, date(2020, 2, 2)),
        ("b", "settlement", "recognised", 30000, None, None, None),
        ("c", "settlement", "never_opened", 25000, None, None, None),
        ("px", "settlement", "concluded", 25000, "conditions_not_met", "二次报销后不足", date(2020, 1, 8)),
        ("py", "ledger", "opened", 20000, None, None, date(2020, 2, 1)),
    ]


def test_who_recognised_and_who_ruled_stands_with_its_day(built: Built) -> None:
    names = "monitoring_class, recognised_date, concluded_date, arbitration_level, ruling, arbitration_date"
    found = {row[0]: row[1:] for row in built.rows(f"select payer_key, {names} from marts.fct_payment_burden_case")}
    assert found["b"] == ("unstable", date(2020, 1, 25), None, None, None, None)
    assert found["px"] == (None, None, date(2020, 1, 18), "县级", "不纳入", date(2020, 1, 30))
