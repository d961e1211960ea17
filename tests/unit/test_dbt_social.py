"""Social protection on a county that fits on one page: two villages, three registered households, four other people.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

ABLE, UNABLE = "普通劳动力", "无劳动力"
JANUARY, DECEMBER = "2020-01", "2019-12"


def member(key: str, number: int, area: str, labour: str, *, has_dibao: bool = False) -> Row:
    return {
        "household_key": key,
        "member_key": f"{key}{number}",
        "person_key": f"p{key}{number}",
        "area_code": area,
        "labour_capacity": labour,
        "dibao_type": "农村低保" if has_dibao else "未享受",
    }


def placed(rows: list[dict[str, Any]], sheet: str = "") -> list[Row]:
    return [row | {"source_sheet": sheet, "source_row": at} for at, row in enumerate(rows, start=2)]


def supported(person: str, head: str, area: str, amount: int, **more: Any) -> dict[str, Any]:
    fixed = {"person_key": person, "head_person_key": head, "area_code": area, "household_amount_cny": amount}
    return fixed | {"dibao_class": "A类", "supported_person_count": 2, "dibao_status": "在保"} | more


def holder(person: str, grade: str, *, living: bool, nursing: bool) -> dict[str, Any]:
    flags = {"has_living_subsidy": living, "has_nursing_subsidy": nursing, "disability_kind": "肢体"}
    return {"person_key": person, "certificate_person_key": person, "disability_grade": grade} | flags


def paid(person: str, name: str, amount: int, batch: str = "1") -> dict[str, Any]:
    fixed = {"person_key": person, "subsidy_name": name, "paid_cny": amount, "batch_name": batch, "budget_year": 2020}
    return fixed | {"paid_date": date(2020, 1, 20)}


def aid(person: str, times: int | None, amount: int, medical: int | None = None) -> dict[str, Any]:
    fixed = {"person_key": person, "aid_reason": "因病", "aid_cny": amount, "aid_time_count": times}
    return fixed | {"medical_aid_cny": medical, "aid_date": date(2019, 6, 1)}


def care(person: str, extent: str, mode: str, visits: int, kind: str = "重残") -> dict[str, Any]:
    fixed = {"person_key": person, "care_kind": kind, "disability_extent": extent}
    return fixed | {"care_mode": mode, "weekly_visit_count": visits}


def measure(key: str, amount: int | None, number: int = 1) -> dict[str, Any]:
    fixed = {"household_key": key, "measure_year": 2019, "measure_kind": "产业帮扶", "measure_cny": amount}
    return fixed | {"measure_name": f"措施{number}", "measure_date": date(2019, 5, number)}


def _county() -> County:
    county = County()
    households = [household("a", EAST, 2018), household("b", EAST, 2019), household("c", WEST, None)]
    # In a and b nobody can work; only a is on a list. The register says dibao of a2 (who is not on the list) too.
    persons = [
        member("a", 1, EAST, UNABLE, has_dibao=True),
        member("a", 2, EAST, UNABLE, has_dibao=True),
        member("b", 1, EAST, UNABLE),
        member("c", 1, WEST, UNABLE),
        member("c", 2, WEST, ABLE),
    ]
    for period in (DECEMBER, JANUARY):
        county.deliver("household_register", period, households)
        county.deliver("person_register", period, persons)
    people = [{"person_key": f"px{n}", "area_code": WEST, "person_status": "正常"} for n in range(1, 5)]
    county.deliver("residents", JANUARY, people)
    county.deliver(
        "dibao",
        JANUARY,
        placed(
            [
                # Household x of two, one household of the register, c2 on the list and not so in the register.
                supported("px1", "px1", WEST, 700, supported_since_month=date(2018, 1, 1)),
                supported("px2", "px1", WEST, 700),
                supported("pa1", "pa1", EAST, 380),
                supported("pc2", "pc2", WEST, 190, dibao_class="C类"),
                supported("px3", "px3", WEST, 190, dibao_status="停保"),
                supported("px4", "px4", WEST, 190, dibao_class="B类"),
            ]
        ),
    )
    tekun = {"support_form": "集中供养", "month_amount_cny": 1045}
    # px4 is on both lists; px3 died in November.
    county.deliver("tekun", JANUARY, placed([tekun | {"person_key": "px4"}, tekun | {"person_key": "px3"}]))
    county.deliver(
        "deaths",
        DECEMBER,
        placed(
            [
                {"person_key": "px3", "source_office": "公安户籍", "death_date": date(2019, 11, 9)},
                {"person_key": "px3", "source_office": "殡仪馆", "death_date": date(2019, 12, 9)},
                {"person_key": "pb1", "source_office": "公安户籍", "death_date": date(2020, 1, 9)},
            ]
        ),
    )
    county.deliver(
        "disabled",
        JANUARY,
        placed(
            [
                holder("pa1", "一级", living=True, nursing=True),  # has both by right
                holder("px1", "二级", living=False, nursing=False),  # entitled to both, has none
                holder("pc1", "三级", living=True, nursing=True),  # neither by right
                holder("px4", "一级", living=False, nursing=True),  # tekun: none beside it
                holder("px2", "未定级", living=True, nursing=True),  # on dibao; the grade is not known
                holder("pb1", "二级", living=False, nursing=False),  # died in January
            ]
        ),
    )
    county.deliver(
        "subsidy_payment",
        JANUARY,
        placed(
            [
                paid("pa1", "重度残疾人护理补贴", 80),
                paid("pa1", "重度残疾人护理补贴", 80, "2"),  # twice
                paid("pa1", "困难残疾人生活补贴", 70),
                paid("px4", "重度残疾人护理补贴", 80),  # beside tekun
                paid("px3", "特困人员供养金", 1045),  # after the death
                paid("pb1", "困难残疾人生活补贴", 70),  # in the month of the death: right
                paid("px3", "农村低保金", 190),  # for the household: no lead
                paid("px9", "不知名补贴", 5),  # nobody places this person
            ]
        ),
    )
    county.deliver("temporary_aid", DECEMBER, placed([aid("pa1", 2, 1000, 500), aid("px1", None, 300)]))
    county.deliver("temporary_aid", "2018-12", placed([aid("pb1", 1, 50)]))
    county.deliver(
        "special_care",
        JANUARY,
        placed(
            [
                care("pa1", "半失能", "N+1", 3),
                care("pc1", "半失能", "N+1", 2),
                care("px1", "完全失能", "1+1", 6),
                care("px2", "自理", "N+1", 0, "留守儿童"),
            ]
        ),
    )
    county.deliver(
        "household_measures",
        DECEMBER,
        placed([measure("a", 2000), measure("a", None, 2), measure("c", 1000), measure("gone", 500)]),
    )
    county.deliver("household_register", "2018-12", [*households, household("gone", WEST, None)])
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("social"), JANUARY)


def figures(built: Built, area: str, period: str = JANUARY, group: str = "all", kind: str = "all") -> Row:
    return built.row(
        f"select * from marts.kpi_social_area_month where area_id = '{area}' and period = '{period}' "
        f"and group_type = '{kind}' and group_id = '{group}'"
    )


def policy(built: Built, name: str, area: str = COUNTY, year: str = "2020") -> tuple[Any, ...]:
    (row,) = built.rows(
        "select eligible_count, covered_count, without_count, receiving_count, without_right_count, unknown_count "
        "from marts.kpi_policy_coverage_area_year "
        f"where area_id = '{area}' and period = '{year}' and group_id = '{name}'"
    )
    return row


def test_the_whole_project_builds(built: Built) -> None:
    assert built.not_passed() == {}


def test_lists_are_counted_by_household_and_person(built: Built) -> None:
    row = figures(built, COUNTY)
    # px1's household with two, pa1, pc2 and px4; the stopped px3 is not on it. 700 once, 380, 190, 190.
    assert (row["dibao_household_count"], row["dibao_person_count"]) == (4, 5)
    assert row["dibao_month_cny"] == Decimal(1460)
    assert (row["tekun_person_count"], row["tekun_institution_count"]) == (2, 2)
    assert (row["supported_registered_household_count"], row["supported_registered_person_count"]) == (2, 2)
    assert row["listed_household_count"] == 3
    assert row["supported_registered_share"] == pytest.approx(2 / 3)
    assert (row["register_only_dibao_count"], row["list_only_dibao_count"]) == (1, 1)
    assert (figures(built, EAST)["dibao_person_count"], figures(built, WEST)["dibao_person_count"]) == (1, 4)
    assert figures(built, TOWN) | {"x": 0} != figures(built, PREFECTURE)
    assert figures(built, PREFECTURE)["dibao_person_count"] == 5


def test_groups_split_the_lists(built: Built) -> None:
    assert figures(built, COUNTY, group="registered", kind="register")["dibao_person_count"] == 2
    assert figures(built, COUNTY, group="outside", kind="register")["dibao_person_count"] == 3
    classes = {name: figures(built, COUNTY, group=name, kind="dibao_class") for name in ("A类", "B类", "C类")}
    assert [row["dibao_person_count"] for row in classes.values()] == [3, 1, 1]
    assert classes["A类"]["certificate_person_count"] is None
    assert figures(built, COUNTY, group="重残", kind="care_kind")["care_below_duty_count"] == 2
    assert figures(built, COUNTY, group="留守儿童", kind="care_kind")["care_below_duty_count"] == 0


def test_a_measure_carries_the_members_of_its_household_where_it_is_listed(built: Built) -> None:
    members = built.rows("select household_key, member_count from marts.fct_household_measure order by all")
    assert members == [("a", 2), ("a", 2), ("c", 2), ("gone", None)]


def test_subsidies_payments_aid_and_care(built: Built) -> None:
    row = figures(built, COUNTY)
    assert (row["living_subsidy_count"], row["nursing_subsidy_count"], row["disability_subsidy_count"]) == (3, 4, 7)
    # Of the eight payments one is of a person whom nobody places.
    assert (row["subsidy_payment_count"], row["subsidy_paid_cny"]) == (7, Decimal(1615))
    assert row["disability_paid_cny"] == Decimal(380)
    assert (row["care_person_count"], row["care_group_count"], row["care_post_count"]) == (4, 3, 1)
    assert row["care_below_duty_count"] == 2
    assert row["aid_time_count"] is None  # no ledger of aid in January
    before = figures(built, COUNTY, DECEMBER)
    assert (before["aid_time_count"], before["aid_cny"], before["medical_aid_cny"]) == (3, Decimal(1300), Decimal(500))
    assert (before["registered_aid_time_count"], before["registered_aid_cny"]) == (2, Decimal(1000))
    assert before["cumulative_registered_aid_time_count"] == 3
    assert before["cumulative_registered_aid_cny"] == Decimal(1050)
    assert before["dibao_person_count"] is None


def test_policies_tell_who_has_none_and_who_has_no_right(built: Built) -> None:
    assert policy(built, "nursing_subsidy") == (2, 1, 1, 4, 2, 1)
    assert policy(built, "living_subsidy") == (3, 2, 1, 3, 1, 0)
    assert policy(built, "basic_guarantee") == (2, 1, 1, 2, 0, 0)
    assert policy(built, "household_plan", year="2019") == (3, 2, 1, 3, 1, 0)
    assert policy(built, "household_plan") == (None,) * 6
    assert policy(built, "basic_guarantee", WEST) == (0, 0, 0, 1, 0, 0)


def test_leads_name_their_rows(built: Built) -> None:
    found = built.rows(
        "select policy_name, lead_kind, unit_key, source_row from marts.fct_policy_lead "
        "order by policy_name, lead_kind, unit_key"
    )
    assert found == [
        ("basic_guarantee", "without", "b", None),
        ("household_plan", "without", "b", None),
        ("household_plan", "without_right", "gone", 5),
        ("living_subsidy", "without", "px1", 3),
        ("living_subsidy", "without_right", "pc1", 4),
        ("nursing_subsidy", "unknown", "px2", 6),
        ("nursing_subsidy", "without", "px1", 3),
        ("nursing_subsidy", "without_right", "pc1", 4),
        ("nursing_subsidy", "without_right", "px4", 5),
    ]


def test_payments_after_a_death_twice_and_beside_another(built: Built) -> None:
    found = built.rows(
        "select lead_kind, person_key, benefit, amount_cny, source_row from marts.fct_payment_lead "
        "order by lead_kind, person_key, benefit"
    )
    assert found == [
        ("excluding_benefits", "px4", "dibao", None, 7),
        ("excluding_benefits", "px4", "nursing_subsidy", Decimal(80), 5),
        ("listed_after_death", "px3", "tekun", None, 3),
        ("paid_after_death", "px3", "tekun", Decimal(1045), 6),
        ("paid_twice", "pa1", "nursing_subsidy", Decimal(80), 3),
    ]
    row = figures(built, COUNTY)
    assert (row["payment_lead_count"], row["payment_lead_cny"]) == (5, Decimal(1205))
    assert figures(built, COUNTY, group="paid_twice", kind="payment_lead")["payment_lead_cny"] == Decimal(80)
