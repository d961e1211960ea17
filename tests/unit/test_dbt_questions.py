"""Lists behind the questions that an office asks, on a county of four households; each row was worked out by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household
from tests.unit.test_dbt_guarantees import bill
from tests.unit.test_dbt_help import doubt, paired, phoned
from tests.unit.test_dbt_monitoring import MARGINAL, UNSTABLE, case, spell
from tests.unit.test_dbt_social import paid
from tests.unit.test_dbt_social import placed as numbered

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
    county.deliver(
        "monitoring_register",
        FEBRUARY,
        [
            spell("b", EAST, UNSTABLE, 1, date(2020, 1, 25)),
            spell("e", EAST, UNSTABLE, 1, date(2020, 1, 5), first_measure_date=date(2020, 1, 8)),
            # By its own word only: the register of measures holds nothing.
            spell("f", EAST, UNSTABLE, 1, date(2020, 1, 6), first_measure_date=date(2020, 1, 9)),
            # The register of measures of 2019 has not come: its own word decides.
            spell("g", EAST, UNSTABLE, 1, date(2019, 12, 10), first_measure_date=date(2020, 1, 15)),
            spell("h", EAST, UNSTABLE, 1, date(2020, 1, 2), first_measure_date=date(2020, 1, 9)),
            # In no register of households: the register of the monitored decides.
            spell("m", WEST, MARGINAL, 1, date(2020, 1, 3), first_measure_date=date(2020, 1, 8)),
            spell("n", WEST, MARGINAL, 1, date(2020, 2, 4)),
            spell("o", WEST, MARGINAL, 1, date(2020, 1, 4), eliminated_month=date(2020, 2, 1)),
        ],
    )
    county.deliver(
        "arbitration_cases",
        "2019-12",
        [
            {"case_id": "1", "case_level": "县级", "head_person_key": "px", "area_code": TOWN,
             "dispute_type": "是否纳入", "ruling": "不纳入",
             "accepted_date": date(2020, 1, 20), "ruled_date": date(2020, 1, 30)},
        ],
    )  # fmt: skip


def _doubts(county: County) -> None:
    """Four findings of the inspection and five payments that lists contradict; one of these is among the findings."""
    true = {"check_result": "属实"}
    county.deliver(
        "livelihood_inspection",
        FEBRUARY,
        [
            doubt("1", "对象已死亡", 500, "审核通过", recovered_cny=300, recovered_date=date(2020, 2, 9), **true),
            doubt("2", "干部亲属", 200, "审核通过", check_result="不属实"),
            doubt("3", "重复领取", 100, "办理中"),
            doubt("4", "互斥领取", 150, "审核通过", recovered_cny=150, recovered_date=date(2020, 2, 9), **true),
        ],
    )
    dead = {"source_office": "公安户籍", "death_date": date(2019, 11, 9)}
    county.deliver("deaths", "2019-12", numbered([dead | {"person_key": "pq"}, dead | {"person_key": "r1"}]))
    people = [{"person_key": key, "area_code": EAST, "person_status": "正常"} for key in ("pq", "r1")]
    county.deliver("residents", JANUARY, people)
    county.deliver(
        "subsidy_payment",
        JANUARY,
        numbered(
            [
                paid("pq", "困难残疾人生活补贴", 70),
                paid("r1", "困难残疾人生活补贴", 70),  # the inspection has it already
                paid("pb1", "重度残疾人护理补贴", 80),
                paid("pb1", "重度残疾人护理补贴", 80, "2"),
                paid("pc1", "农村低保金", 190),
                paid("pd1", "特困人员供养金", 1045),
                paid("pa1", "农村低保金", 380),  # left the payroll
            ]
        ),
    )
    county.deliver(
        "public_payroll",
        JANUARY,
        numbered(
            [
                {"person_key": "pc1", "payroll_change": "在册", "relation_to_staff": "本人"},
                {"person_key": "pd1", "relation_to_staff": "配偶"},
                {"person_key": "pa1", "payroll_change": "退出"},
            ]
        ),
    )


def _sent(feed: str, version: int, verdict: str, day: int, rejected: int, *, current: bool = False) -> Row:
    about = {"department_code": "finance", "feed": feed, "period": JANUARY, "file_name": "a.xlsx", "version": version}
    counts = {"row_in_count": 12, "accepted_count": 10 - rejected, "rejected_count": rejected, "non_data_count": 2}
    came = {"arrived_at": datetime(2020, 2, day, 8), "verdict": verdict, "is_current": current}
    return about | counts | came | {"receipt_id": f"{feed}-{JANUARY}-{version}"}


def _board(county: County) -> None:
    """One file put right after a refusal, one that is late with rows to correct, one that did not come."""
    slot = {"department_code": "finance", "department_zh": "县财政局", "department_en": "Finance", "period": JANUARY}
    slot |= {"due_date": date(2020, 2, 5)}
    titles = {"feed_title_zh": "资金支付明细", "feed_title_en": "Fund payments"}
    quotas = {"feed": "fund_quota", "feed_title_zh": "资金指标", "feed_title_en": "Fund quotas"}
    for row in (
        slot | titles | {"feed": "fund_payment", "status": "arrived", "arrived_at": datetime(2020, 2, 3, 8)},
        slot | quotas | {"status": "late", "arrived_at": datetime(2020, 2, 9, 8)},
        slot | quotas | {"period": FEBRUARY, "status": "missing", "due_date": date(2020, 3, 5)},
    ):
        county.add("ops_calendar", row)
    for row in (
        _sent("fund_payment", 1, "accepted_with_rejects", 3, 3),
        _sent("fund_payment", 2, "refused", 5, 10),
        _sent("fund_payment", 3, "accepted", 8, 0, current=True),
        _sent("fund_quota", 1, "accepted_with_rejects", 9, 2, current=True),
        _sent("fund_quota", 2, "same_rows", 12, 2),
    ):
        county.add("ops_deliveries", row)


def _records(county: County) -> None:
    """Three tests of water, and two lists of children out of school of which the second counts; no works."""
    point = {"area_code": EAST, "sample_point": "出厂水", "source_row": 2}
    rows = [
        point | {"report_code": "1", "test_result": "合格"},
        point | {"report_code": "2", "test_result": "不合格"},
        point | {"report_code": "3", "test_result": "合格", "area_code": WEST, "sample_point": "农户末梢水"},
    ]
    county.deliver("water_quality", JANUARY, rows)
    child = {"person_key": "pa1", "control_method": "劝返", "found_date": date(2020, 1, 3), "source_row": 2}
    county.deliver("dropout_control", JANUARY, [child | {"case_state": "控辍中"}])
    county.deliver("dropout_control", FEBRUARY, [child | {"case_state": "已复学"}, child | {"person_key": "nobody"}])


def _county() -> County:
    county = County()
    rows = [household(key, WEST if key in "cd" else EAST, 2018) for key in "abcdefgh"]
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
    _doubts(county)
    _board(county)
    _records(county)
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
            measure("e", date(2020, 1, 20)),
            # The day before the recognition, and after the limit of a month.
            measure("h", date(2020, 1, 1)),
            measure("h", date(2020, 2, 10)),
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


def test_payments_in_doubt_are_found_recovered_or_open(built: Built) -> None:
    sums = ("found_count", "dismissed_count", "recovered_count", "open_count")
    sums += ("found_cny", "dismissed_cny", "recovered_cny", "open_cny")
    found = {
        row[0]: row[1:]
        for row in built.rows(
            f"select group_id, {', '.join(sums)} from marts.kpi_wrong_payment_area_month where area_id = '{COUNTY}'"
        )
    }
    assert found == {
        "after_death": (2, 0, 1, 2, 570, 0, 300, 270),
        "double": (2, 0, 0, 2, 180, 0, 0, 180),
        "excluding": (1, 0, 1, 0, 150, 0, 150, 0),
        "cadre_relative": (2, 1, 0, 1, 1245, 200, 0, 1045),
        "public_pay": (1, 0, 0, 1, 190, 0, 0, 190),
        "not_entitled": (0, 0, 0, 0, 0, 0, 0, 0),
        "all": (8, 1, 2, 6, Decimal(2335), 200, 450, 1685),
    }


def test_a_payment_that_the_inspection_found_is_not_found_again(built: Built) -> None:
    found = built.rows("select origin, paid_cny, case_state from marts.fct_wrong_payment where person_key = 'r1'")
    assert found == [("inspection", 500, "confirmed")]


def test_the_board_counts_versions_and_the_days_to_a_correction(built: Built) -> None:
    names = "board_state, version_count, resent_count, repeated_count, refused_count, correction_days, days_late"
    names += ", first_rejected_count, accepted_count, data_row_count, accepted_share, is_complete"
    found = {
        row[:2]: row[2:]
        for row in built.rows(f"select feed, period, {names} from marts.ops_board where department_code = 'finance'")
    }
    assert found["fund_payment", JANUARY] == ("corrected", 3, 2, 0, 1, 5, None, 3, 10, 10, 1.0, True)
    assert found["fund_quota", JANUARY] == ("incomplete", 1, 0, 1, 0, None, 4, 2, 8, 10, 0.8, False)
    assert found["fund_quota", FEBRUARY] == ("missing", 0, 0, 0, 0, None, None, None, None, None, None, None)


def test_a_department_stands_in_the_state_that_needs_most(built: Built) -> None:
    found = built.rows(
        "select period, board_state, due_count, incomplete_count, corrected_count, resent_count, "
        "longest_correction_days "
        "from marts.ops_board_department where department_code = 'finance' order by period"
    )
    assert found == [(JANUARY, "incomplete", 2, 1, 1, 2, 5), (FEBRUARY, "missing", 1, 0, 0, 0, None)]


def test_the_register_of_measures_decides_where_it_reaches(built: Built) -> None:
    names = "household_key, measure_state, truth_feed, first_measure_date, overdue_days, is_claimed_only"
    found = {row[0]: row[1:] for row in built.rows(f"select {names} from marts.fct_monitoring_measure")}
    ours, theirs = "household_measures", "monitoring_register"
    assert found == {
        "b": ("overdue", ours, None, 4, False),
        "e": ("measured", ours, date(2020, 1, 20), None, False),
        "f": ("overdue", ours, None, 23, True),
        "g": ("late", theirs, date(2020, 1, 15), None, False),
        "h": ("late", ours, date(2020, 2, 10), None, False),
        "m": ("measured", theirs, date(2020, 1, 8), None, False),
        "n": ("not_due", theirs, None, None, False),
        "o": ("ended", theirs, None, None, False),
    }


def test_tests_of_water_and_cases_count_what_came_to_a_good_end(built: Built) -> None:
    names = "group_type, group_id, record_count, done_count, done_share, investment_cny"
    where = f"area_id = '{COUNTY}' and period = '2020'"
    found = built.rows(f"select {names} from marts.kpi_service_record_area_year where {where} order by 1, 2")
    assert found == [
        ("dropout_case", "all", 1, 1, 1.0, None),
        ("dropout_case", "劝返", 1, 1, 1.0, None),
        ("water_test", "all", 3, 2, pytest.approx(2 / 3), None),
        ("water_test", "农户末梢水", 1, 1, 1.0, None),
        ("water_test", "出厂水", 2, 1, 0.5, None),
    ]
