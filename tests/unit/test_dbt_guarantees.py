"""What households are guaranteed, on a county that fits on one page: two villages, three registered households.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

YEAR = "2019-12"


def person(key: str, number: int, born: int, area: str = EAST) -> Row:
    name = f"{key}{number}"
    fixed = {"household_key": key, "member_key": name, "person_key": f"p{name}", "area_code": area}
    return fixed | {"birth_date": date(born, 5, 5)}


def placed(row: Row, number: int) -> Row:
    return dict(row) | {"source_sheet": "", "source_row": number}


def mover(key: str, head: str, size: int, area_m2: int, **more: Any) -> Row:
    fixed = {"person_key": key, "head_person_key": head, "area_code": EAST, "mover_type": "建档立卡"}
    fixed |= {"placement": "集中安置", "settlement_code": "s1", "eligibility_result": "符合", "relocation_year": 2018}
    fixed |= {"allocation_member_count": size, "housing_area_m2": area_m2, "is_labour": False, "is_moved_in": True}
    return fixed | {"is_old_house_demolished": True, "eligibility_month": date(2019, 12, 1), "source_row": 2} | more


def bill(key: str, day: date, total: int, scope: int, paid: int, **more: Any) -> Row:
    fixed = {"person_key": key, "visit_type": "住院", "area_code": EAST, "is_referred": True, "admitted_date": day}
    money = {"total_cost_cny": total, "in_scope_cost_cny": scope, "basic_paid_cny": paid - 100}
    return fixed | money | {"assistance_paid_cny": 100, "own_payment_cny": total - paid, "settled_date": day} | more


def _county() -> County:
    county = County()
    rows = [household("a", EAST, 2018), household("b", EAST, 2018), household("c", WEST, None)]
    people = [person("a", 1, 1970), person("a", 2, 2008), person("a", 3, 2012)]
    people += [person("b", 1, 1980), person("b", 2, 2004), person("b", 3, 2003)]
    people += [person("c", 1, 1950, WEST), person("c", 2, 2013, WEST)]
    for period in (YEAR, "2020-01"):
        county.deliver("household_register", period, rows)
        county.deliver("person_register", period, people)
    # a: three at allocation in 76 m², one above the limit; the head works. b: scattered, 100 m² for four, nobody works.
    works = {"is_labour": True, "work_county": "某厂"}
    county.deliver(
        "relocation",
        YEAR,
        [
            mover("pa1", "pa1", 3, 76, household_key="a", **works),
            mover("pa2", "pa1", 3, 76, household_key="a"),
            mover(
                "pb1", "pb1", 4, 100, household_key="b", is_labour=True, placement="分散安置", settlement_code=None,
                eligibility_month=date(2019, 11, 1), is_old_house_demolished=False, source_row=4,
            ),
            mover("px1", "px1", 2, 90, mover_type="同步搬迁", is_labour=True, remark="死亡", source_row=5),
        ],
    )  # fmt: skip
    fixed = {"settlement_type": "集镇", "planned_household_count": 2, "planned_person_count": 5, "area_code": TOWN}
    county.deliver("settlements", YEAR, [fixed | {"settlement_code": "s1", "settlement_name": "甲", "job_count": 7}])
    pupil = {"term_name": "2019-2020学年第一学期", "school_name": "某校", "education_stage": "小学", "source_row": 3}
    county.deliver(
        "education_enrolment",
        YEAR,
        [
            pupil | {"person_key": "pa2", "schooling_form": "正常"},
            pupil | {"person_key": "pa3", "schooling_form": "休学"},
            pupil | {"person_key": "pb2", "schooling_form": "送教上门", "education_stage": "初中"},
            pupil | {"person_key": "pb3", "schooling_form": "正常", "education_stage": "高中阶段"},
        ],
    )
    paid = {"area_code": EAST, "term_name": "一", "education_stage": "小学", "paid_date": date(2018, 5, 1)}
    county.deliver(
        "education_aid", "2018-12", [paid | {"person_key": "pz9", "aid_project": "营养改善计划", "aid_cny": 400}]
    )
    later = paid | {"paid_date": date(2019, 5, 1)}
    county.deliver(
        "education_aid",
        YEAR,
        [
            later | {"person_key": "pa2", "aid_project": "营养改善计划", "aid_cny": Decimal("500.50")},
            later | {"person_key": "pz9", "aid_project": "生源地信用助学贷款", "aid_cny": 8000},
        ],
    )
    insured = {"insurance_type": "城乡居民", "insurance_status": "已参保", "insured_year": 2019, "premium_cny": 250}
    listed = [insured | {"person_key": f"p{name}"} for name in ("a1", "a2", "a3", "b1", "b2")]
    listed += [insured | {"person_key": "pb3", "insurance_status": "未参保", "premium_cny": None}]
    listed += [insured | {"person_key": "pc1", "insurance_status": "代缴", "subsidy_cny": 250}]
    county.deliver("medical_insurance", YEAR, [placed(row, at) for at, row in enumerate(listed, 2)])
    county.deliver(
        "medical_reimbursement",
        YEAR,
        [
            # Exactly on the bar, one yuan below it, without referral, and a heavy one of somebody else.
            placed(bill("pa1", date(2019, 3, 1), 12000, 10000, 9000), 2),
            placed(bill("pa1", date(2019, 4, 1), 11000, 10000, 8999), 3),
            placed(bill("pb1", date(2019, 5, 1), 40000, 30000, 25001, is_referred=False), 4),
            placed(bill("pz9", date(2019, 6, 1), 60000, 50000, 40000), 5),
            placed(bill("pa2", date(2019, 7, 1), 20000, 10000, 5001, is_referred=False), 6),
        ],
    )
    county.deliver(
        "major_illness",
        YEAR,
        [
            placed({"person_key": "pa1", "illness_name": "肺癌", "treatment_status": "治疗中", "is_signed": True}, 2),
            placed({"person_key": "pb1", "illness_name": "胃癌", "treatment_status": "未治疗", "is_signed": False}, 3),
            placed({"person_key": "pz9", "illness_name": "肝癌", "treatment_status": "治疗中", "is_signed": True}, 4),
        ],
    )
    chronic = {"team_name": "一队", "care_visit_count": 4, "signed_date": date(2018, 1, 1)}
    county.deliver(
        "family_doctor",
        YEAR,
        [
            placed(chronic | {"person_key": "pa1", "chronic_kind": "高血压"}, 2),
            placed(chronic | {"person_key": "pc1", "chronic_kind": "高血压", "care_visit_count": 0}, 3),
            # A contract and no chronic illness; it has no key, so it may stand twice.
            placed(chronic | {"person_key": "pb1", "chronic_kind": None}, 4),
            placed(chronic | {"person_key": "pb1", "chronic_kind": None}, 5),
        ],
    )
    water = {"supply_kind": "自来水", "is_safe": True}
    county.deliver(
        "water_safety",
        YEAR,
        [
            water | {"household_key": "a", "has_tap": True},
            water | {"household_key": "b", "has_tap": False, "supply_kind": "水窖", "is_safe": False}
            | {"unsafe_reason": "季节性缺水", "quantity_grade": "不达标"},
        ],
    )  # fmt: skip
    village = {"service_year": 2019, "group_count": 5, "hard_road_group_count": 5, "tap_water_percent": 80}
    village |= {"central_supply_percent": 50, "has_three_phase_power": True, "has_fibre": True, "has_4g": True}
    village |= {"has_waste_collection": True, "activity_place_count": 1, "hardened_road_km": Decimal("3.5")}
    west = village | {"area_code": WEST, "hard_road_group_count": 4, "tap_water_percent": Decimal("79.9")}
    county.deliver("village_services", YEAR, [village | {"area_code": EAST}, west])
    known = {"household_count": 100, "clinic_count": 1, "has_bus": True, "has_paved_road": True, "register_year": 2019}
    county.deliver("village_register", YEAR, [known | {"area_code": EAST}, known | {"area_code": WEST}])
    safe = {"person_key": "pa1", "house_grade": "A级", "graded_date": date(2018, 1, 1)}
    county.deliver(
        "dangerous_housing",
        YEAR,
        [
            placed(safe | {"house_id": "1", "household_key": "a", "area_code": EAST}, 2),
            placed(safe | {"house_id": "2", "household_key": "c", "area_code": WEST, "house_grade": "D级"}, 3),
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("guarantees"), "2020-01")


def row(built: Built, model: str, area: str = COUNTY, period: str = "2019", group: str = "all") -> Row:
    return built.row(
        f"select * from marts.{model} where area_id = '{area}' and period = '{period}' and group_id = '{group}'"
    )


def picked(found: Row, *names: str) -> tuple[Any, ...]:
    return tuple(found[name] for name in names)


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_movers_are_counted_by_members_at_allocation(built: Built) -> None:
    found = row(built, "kpi_relocation_area_month", period=YEAR)
    assert picked(found, "moved_household_count", "moved_person_count", "registered_person_count") == (3, 9, 7)
    assert picked(found, "settled_household_count", "scattered_person_count") == (2, 4)
    # 76 m² for three is above 75; the limit does not bind those who moved along.
    assert picked(found, "measured_household_count", "above_area_bar_count") == (2, 1)
    assert found["area_per_head_m2"] == pytest.approx(176 / 7)
    work = ("labour_person_count", "working_person_count", "without_work_person_count")
    assert picked(found, *work, "zero_employment_household_count") == (2, 1, 1, 1)
    assert picked(found, "demolished_household_count", "checked_household_count") == (2, 2)
    assert picked(found, "settlement_count", "job_count", "unmanaged_settlement_count") == (1, 7, 1)
    assert row(built, "kpi_relocation_area_month", EAST, YEAR)["settlement_count"] is None
    assert row(built, "kpi_relocation_area_month", WEST, YEAR)["moved_household_count"] == 0
    assert built.rows("select household_count, labour_person_count, job_count from marts.fct_settlement") == [(2, 1, 7)]


def test_children_are_of_school_age_by_year_of_birth(built: Built) -> None:
    found = row(built, "kpi_education_area_year")
    # Born 2004 to 2012 in 2019: a2, a3, b2; c2 of 2013 and b3 of 2003 are not.
    names = ("school_age_count", "enrolled_count", "not_in_school_count", "not_on_school_list_count")
    assert picked(found, *names, "taught_at_home_count") == (3, 2, 1, 0, 1)
    assert picked(found, "entitled_count", "entitled_without_aid_count") == (3, 2)
    money = ("aid_cny", "cumulative_aid_cny", "loan_cny")
    assert picked(found, *money) == (Decimal("500.50"), Decimal("900.50"), Decimal("8000.00"))
    assert picked(found, "aid_person_time_count", "registered_aid_count", "loan_person_time_count") == (1, 1, 1)
    earlier = row(built, "kpi_education_area_year", period="2018")
    assert picked(earlier, "school_age_count", "aid_person_time_count") == (None, 1)
    assert row(built, "kpi_education_area_year", group="休学")["not_in_school_count"] == 1


def test_insurance_bar_and_care(built: Built) -> None:
    found = row(built, "kpi_health_area_year")
    names = ("registered_person_count", "insured_count", "not_insured_count", "not_on_insurance_list_count")
    assert picked(found, *names) == (8, 6, 1, 1)
    assert picked(found, "subsidised_count", "subsidy_cny") == (1, Decimal("250.00"))
    assert picked(found, "inpatient_count", "ruled_inpatient_count", "below_bar_count") == (4, 2, 1)
    assert found["reimbursed_share"] == pytest.approx(17999 / 20000)
    assert picked(found, "large_payment_household_count", "large_payment_outside_count") == (1, 1)
    assert picked(found, "major_illness_count", "major_treated_count", "major_signed_count") == (2, 1, 1)
    assert picked(found, "chronic_count", "chronic_signed_count", "chronic_visited_count", "team_count") == (2, 2, 1, 1)
    kinds = built.rows("select care_kind, count(*) from marts.fct_health_care where period = '2019' group by all")
    assert dict(kinds) == {"major": 3, "chronic": 2, "contract": 2}
    # a paid 3,000 + 2,001 + 14,999 = 20,000 together, b only 14,999.
    leads = built.rows("select payer_key, own_payment_cny, person_count, source_row from marts.fct_payment_burden_lead")
    assert sorted(leads) == [("a", Decimal("20000.00"), 2, 6), ("pz9", Decimal("20000.00"), 1, 5)]


def test_water_and_services_of_villages(built: Built) -> None:
    found = row(built, "kpi_water_area_year")
    names = ("listed_household_count", "safe_household_count", "unsafe_household_count", "tap_household_count")
    assert picked(found, *names, "not_on_water_list_household_count") == (3, 1, 1, 1, 1)
    services = row(built, "kpi_village_service_area_year")
    names = ("village_count", "complete_village_count", "has_hard_road_count", "has_tap_water_count")
    assert picked(services, *names, "hard_road_group_count") == (2, 1, 1, 1, 9)
    assert services["tap_water_share"] == pytest.approx(160 / 200)
    assert services["hardened_road_km"] == Decimal("7.0000")


def test_what_is_not_met_is_a_lead_and_what_is_missing_is_not_met_by_nobody(built: Built) -> None:
    items = built.rows(
        "select household_key, item, item_status, reason from marts.fct_household_guarantee where period = '2019' "
        "order by household_key, item"
    )
    assert items == [
        ("a", "education", "not_met", "休学"),
        ("a", "housing", "met", None),
        ("a", "medical", "met", None),
        ("a", "water", "met", None),
        ("b", "education", "met", None),
        ("b", "housing", "not_reported", None),
        ("b", "medical", "not_met", "未参保"),
        ("b", "water", "not_met", "季节性缺水"),
        ("c", "education", "met", None),
        ("c", "housing", "not_met", "D级"),
        ("c", "medical", "not_reported", None),
        ("c", "water", "not_reported", None),
    ]
    names = ("listed_household_count", "met_household_count", "not_met_household_count", "not_reported_household_count")
    assert picked(row(built, "kpi_guarantee_area_year"), *names) == (3, 0, 3, 0)
    assert picked(row(built, "kpi_guarantee_area_year", group="water"), *names) == (3, 1, 1, 1)
