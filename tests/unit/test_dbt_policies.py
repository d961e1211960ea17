"""Policies on pupils, premiums, insurance and industry: who is entitled without, who receives without right.

Three places, because rules differ: a village of Shizong (national rules), one of Haikou, one of Du'an. Every expected
number was computed by hand from the rows in `_county`; the policies of social protection have a file of their own.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household
from tests.unit.test_dbt_social import ABLE, UNABLE, placed

YEAR, AFTER = "2020-12", "2021-12"
HAIKOU, DISTRICT, SHORE = "460100000000", "460105000000", "460105100001"
HECHI, DUAN, HILL = "451200000000", "451228000000", "451228100001"

Counts = tuple[Any, ...]


def person(key: str, number: int, area: str, born: int, labour: str = ABLE) -> Row:
    named = {"household_key": key, "member_key": f"{key}{number}", "person_key": f"p{key}{number}"}
    return named | {"area_code": area, "birth_date": date(born, 6, 1), "labour_capacity": labour}


def pupil(key: str, stage: str, form: str = "正常") -> dict[str, Any]:
    fixed = {"person_key": key, "education_stage": stage, "schooling_form": form, "term_name": "一"}
    return fixed | {"township_name": "镇", "school_name": "校", "grade_name": "一"}


def aid(key: str, stage: str, project: str, amount: int = 500) -> dict[str, Any]:
    fixed = {"person_key": key, "education_stage": stage, "aid_project": project, "aid_cny": amount}
    return fixed | {"area_code": EAST, "term_name": "一", "paid_date": date(2020, 5, 1)}


def pension(
    key: str, kind: str = "城乡居民", status: str = "已参保", state: str = "缴费", paid: int = 0
) -> dict[str, Any]:
    fixed = {"person_key": key, "insurance_type": kind, "insurance_status": status, "benefit_status": state}
    return fixed | {"insured_year": 2020, "fiscal_premium_cny": paid}


def insurance(key: str | None, kind: str, subsidy: int, until: int = 2020, home: str | None = None) -> dict[str, Any]:
    fixed = {"person_key": key, "household_key": home, "insurance_kind": kind, "premium_subsidy_cny": subsidy}
    return fixed | {"started_date": date(until, 1, 1), "ended_date": date(until, 12, 31)}


def grown(key: str, kind: str, income: int | None, reward: int) -> dict[str, Any]:
    fixed = {"household_key": key, "operator_name": "社", "operator_class": "合作社", "participation_mode": "自主发展"}
    return fixed | {"industry_kind": kind, "participation_year": 2020, "net_income_cny": income, "reward_cny": reward}


def lent(key: str, day: int, *, is_insured: bool) -> dict[str, Any]:
    return {"household_key": key, "livestock_kind": "牛", "issued_date": date(2020, 3, day), "is_insured": is_insured}


def _places(county: County) -> None:
    for top, middle, village in ((HAIKOU, DISTRICT, SHORE), (HECHI, DUAN, HILL)):
        county.area(top, "prefecture", "市", None)
        county.area(middle, "county", "县", top)
        county.area(f"{village[:9]}000", "township", "镇", middle)
        county.area(village, "village", "村", f"{village[:9]}000")


def _schools(county: County) -> None:
    county.deliver(
        "education_enrolment",
        "2020-03",
        placed([pupil("pa2", "小学"), pupil("pa3", "小学", "辍学"), pupil("pb2", "初中"), pupil("px5", "小学")]),
    )
    county.deliver(
        "education_enrolment",
        "2020-09",
        placed(
            [
                pupil("pa2", "小学"),  # paid
                pupil("pa3", "小学", "辍学"),  # paid, on no list at school: without right
                pupil("pb1", "小学", "送教上门"),  # taught at home, not paid
                pupil("pb2", "高中阶段"),  # junior school in spring: what was paid for it is in order
                pupil("pb3", "学前教育"),  # not paid
                pupil("px5", "小学"),  # not registered, paid: no matter of this policy
            ]
        ),
    )
    county.deliver(
        "education_aid",
        "2020-06",
        placed(
            [
                aid("pa2", "小学", "营养改善计划"),
                aid("pa2", "小学", "寄宿生生活补助"),
                aid("pa3", "小学", "营养改善计划"),
                aid("pb2", "初中", "寄宿生生活补助"),
                aid("pb4", "小学", "营养改善计划"),  # registered, on no list: perhaps at school elsewhere
                aid("px5", "小学", "营养改善计划"),
                aid("pb3", "学前教育", "学前教育资助", 0),  # paid nothing is not paid
            ]
        ),
    )


def _premiums(county: County) -> None:
    listed = {"insurance_type": "城乡居民", "insurance_status": "已参保", "insured_year": 2020}
    county.deliver(
        "medical_insurance",
        YEAR,
        placed(
            [
                listed | {"person_key": "pa1", "subsidy_cny": 180},
                listed | {"person_key": "pa2", "insurance_status": "代缴"},  # paid for, no amount given
                listed | {"person_key": "pa3"},  # pays it alone
                listed | {"person_key": "pb1", "insurance_type": "城镇职工", "subsidy_cny": 180},  # an employee's
                listed | {"person_key": "pb2", "insurance_type": "城镇职工"},
                listed | {"person_key": "pb3", "insurance_status": "未参保"},
            ]  # pb4 and the people of the other places are on no list
        ),
    )
    county.deliver(
        "pension_insurance",
        YEAR,
        placed(
            [
                pension("pa1", paid=100),  # Shizong, exited: not this rule's, and not barred
                pension("pb4"),  # Shizong, not exited, of age: without
                pension("ph1", paid=100),  # Haikou: all of the register
                pension("ph2"),  # Haikou: without
                pension("ph3", state="领取", paid=100),  # draws a pension: without right
                pension("ph4", "城镇职工"),
                # ph5, of age, is on no list: cannot be told
            ]
        ),
    )
    county.deliver(
        "family_doctor",
        YEAR,
        placed([{"person_key": "ph1", "chronic_kind": "高血压", "signed_date": date(2020, 1, 5)}]),
    )


def _insurance(county: County) -> None:
    county.deliver(
        "insurance",
        YEAR,
        placed(
            [
                insurance("ph1", "防贫综合保险", 30),
                insurance("ph2", "防贫综合保险", 30, until=2019),  # over
                insurance("ph3", "防贫综合保险", 0),  # paid by themselves
                insurance("pe1", "防贫综合保险", 30),  # head of a household at the edge
                insurance("px6", "防贫综合保险", 30),  # neither
                insurance("ph1", "橡胶价格保险", 40, home="h") | {"premium_cny": 100, "claim_cny": 250},
            ]
        ),
    )
    county.deliver(
        "monitoring_register",
        YEAR,
        [
            {
                "household_key": key,
                "head_person_key": f"p{key}1",
                "area_code": SHORE,
                "monitoring_class": "边缘易致贫户",
                "risk": "因病",
                "recognised_month": date(2020, 3, 1),
                "is_eliminated": is_eliminated,
            }
            for key, is_eliminated in (("e", False), ("f", True))
        ],
    )
    county.deliver(
        "residents", YEAR, [{"person_key": key, "area_code": SHORE, "person_status": "正常"} for key in ("px6", "pe1")]
    )
    # d1: of two loans one is not insured.
    county.deliver(
        "livestock_loans",
        YEAR,
        placed(
            [
                lent("d", 1, is_insured=True),
                lent("d", 2, is_insured=False),
                lent("g", 1, is_insured=True),
                lent("a", 1, is_insured=False),  # no such rule in Shizong
            ]
        ),
    )


def _county() -> County:
    county = County()
    _places(county)
    households = [
        household("a", EAST, 2018),
        household("b", WEST, None),
        household("h", SHORE, 2018),
        household("i", SHORE, 2018),
        household("k", SHORE, 2018),
        household("d", HILL, 2018),
        household("g", HILL, 2018),
    ]
    persons = [
        person("a", 1, EAST, 1980),
        person("a", 2, EAST, 2010),
        person("a", 3, EAST, 2009),
        person("b", 1, WEST, 2010),
        person("b", 2, WEST, 2005),
        person("b", 3, WEST, 2016),
        person("b", 4, WEST, 1985),
        person("h", 1, SHORE, 1980),
        person("h", 2, SHORE, 1961),  # 59
        person("h", 3, SHORE, 1960, UNABLE),  # 60
        person("h", 4, SHORE, 1990),
        person("i", 5, SHORE, 2004) | {"person_key": "ph5"},  # 16
        person("i", 6, SHORE, 2005, UNABLE) | {"person_key": "ph6"},  # 15
        person("k", 1, SHORE, 1950, UNABLE),
        person("d", 1, HILL, 1980),
        person("g", 1, HILL, 1980),
    ]
    for period in (YEAR, AFTER):
        county.deliver("household_register", period, households)
        county.deliver("person_register", period, persons)
    _schools(county)
    _premiums(county)
    _insurance(county)
    county.deliver(
        "industry_participation",
        YEAR,
        placed(
            [
                grown("h", "橡胶", 9000, 2000),  # what is due
                grown("i", "橡胶", 9000, 1000),  # less than what is due
                grown("k", "荔枝", 3000, 1000),  # nothing is due
                grown("d", "肉牛", 9000, 0),  # no tiers in Du'an
                grown("a", "肉牛", 5000, 1000),  # Shizong's assumed tiers
                grown("b", "肉牛", None, 0),  # income not reported
            ]
        ),
    )
    county.deliver("medical_insurance", AFTER, [])
    county.deliver("education_enrolment", "2021-09", [])
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("policies"), AFTER)


def counts(built: Built, name: str, area: str, year: str = "2020") -> Counts | None:
    """Entitled, covered, without, without right, not told, others; none where there is no row."""
    rows = built.rows(
        "select eligible_count, covered_count, without_count, without_right_count, unknown_count, "
        "other_receiving_count "
        f"from marts.kpi_policy_coverage_area_year where area_id = '{area}' and period = '{year}' "
        f"and group_id = '{name}'"
    )
    return rows[0] if rows else None


def leads(built: Built, name: str) -> set[tuple[str, str]]:
    return set(
        built.rows(
            "select unit_key, lead_kind from marts.fct_policy_lead "
            f"where policy_name = '{name}' and calendar_year = '2020'"
        )
    )


def test_the_whole_project_builds(built: Built) -> None:
    assert built.not_passed() == {}


def test_aid_of_pupils_goes_by_the_years_school_lists(built: Built) -> None:
    assert counts(built, "compulsory_aid", COUNTY) == (2, 1, 1, 1, 1, 2)
    assert leads(built, "compulsory_aid") == {("pb1", "without"), ("pa3", "without_right"), ("pb4", "unknown")}
    assert counts(built, "preschool_aid", WEST) == (1, 0, 1, 0, 0, 0)
    assert counts(built, "secondary_grant", COUNTY) == (1, 0, 1, 0, 0, 0)
    # A list of schools without a ledger of aid says nothing.
    assert counts(built, "compulsory_aid", COUNTY, "2021") == (None,) * 6


def test_premiums_of_residents_are_paid_for_and_those_of_employees_are_not(built: Built) -> None:
    assert counts(built, "medical_premium", COUNTY) == (4, 2, 2, 1, 1, 0)
    assert leads(built, "medical_premium") >= {("pa3", "without"), ("pb3", "without"), ("pb1", "without_right")}
    # The rule ends with 2020: no row, and not a row of zeros.
    assert counts(built, "medical_premium", COUNTY, "2021") is None


def test_pension_premiums_follow_the_rule_of_the_place(built: Built) -> None:
    # The country's rule: who has not exited. b2 is at school, b1 and b3 are children; a1 has it though exited.
    assert counts(built, "pension_premium", COUNTY) == (1, 0, 1, 0, 0, 1)
    # Haikou's: all of the register between 16 and 59. h3 draws a pension, h4 is an employee, i5 is on no list.
    assert counts(built, "pension_premium", DISTRICT) == (2, 1, 1, 1, 1, 0)
    assert leads(built, "pension_premium") == {
        ("pb4", "without"),
        ("ph2", "without"),
        ("ph3", "without_right"),
        ("ph5", "unknown"),
    }


def test_insurance_against_poverty_counts_what_is_in_force_and_paid_for(built: Built) -> None:
    # h1 to h6 and k1 of the register and the head of e, which is at the edge still; f is not any more.
    assert counts(built, "poverty_insurance", DISTRICT) == (8, 2, 6, 1, 0, 0)
    assert ("px6", "without_right") in leads(built, "poverty_insurance")
    assert counts(built, "poverty_insurance", COUNTY) is None


def test_insurance_of_crops_and_livestock_by_household(built: Built) -> None:
    assert counts(built, "crop_insurance", DISTRICT) == (2, 1, 1, 0, 0, 0)
    assert leads(built, "crop_insurance") == {("i", "without")}
    assert counts(built, "livestock_insurance", DUAN) == (2, 1, 1, 0, 0, 0)
    assert leads(built, "livestock_insurance") == {("d", "without")}
    assert counts(built, "livestock_insurance", COUNTY) is None


def test_doctors_rewards_and_projects_where_a_rule_says_so(built: Built) -> None:
    assert counts(built, "family_doctor", DISTRICT) == (7, 1, 6, 0, 0, 0)
    assert counts(built, "family_doctor", COUNTY) is None
    assert counts(built, "industry_reward", DISTRICT) == (2, 1, 1, 1, 0, 0)
    assert counts(built, "industry_reward", COUNTY) == (1, 1, 0, 0, 1, 0)
    assert counts(built, "industry_reward", DUAN) is None
    # k cannot work: its participation is nothing that the rule asks for.
    assert counts(built, "industry_project", DISTRICT) == (2, 2, 0, 0, 0, 0)


def test_townships_and_prefectures_hold_what_their_villages_hold(built: Built) -> None:
    for area in (SHORE, f"{SHORE[:9]}000", DISTRICT, HAIKOU):
        assert counts(built, "poverty_insurance", area) == (8, 2, 6, 1, 0, 0)


def test_insurance_and_pensions_add_up_by_kind_and_year(built: Built) -> None:
    rows = built.rows(
        "select group_id, insured_person_count, registered_insured_count, premium_subsidy_cny, claim_count, claim_cny, "
        "claim_ratio, pension_insured_count, pension_paid_for_count, pension_drawing_count "
        f"from marts.kpi_insurance_area_year where area_id = '{DISTRICT}' and period = '2020' order by group_id"
    )
    # Entries, not persons: h1 is insured twice. Pensions have no kinds.
    assert rows == [
        ("all", 6, 4, 160, 1, 250, 2.5, 4, 2, 1),
        ("橡胶价格保险", 1, 1, 40, 1, 250, 2.5, None, None, None),
        ("防贫综合保险", 5, 3, 120, 0, 0, None, None, None, None),
    ]
    (whole,) = built.rows(
        "select insured_person_count, pension_insured_count, pension_fiscal_cny from marts.kpi_insurance_area_year "
        f"where area_id = '{COUNTY}' and period = '2020' and group_type = 'all'"
    )
    assert whole == (0, 2, 100)
