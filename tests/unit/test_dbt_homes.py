"""Homes and leads on a county that fits on one page: two villages, four registered households, seven houses.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

POOR, DIBAO, OUTSIDE, ORDINARY = "建档立卡贫困户", "低保户", "非四类重点对象", "一般农户"
DONE, BEGUN = "竣工已验收", "开工"


def house(number: str, area: str, grade: str, group: str | None, **more: Any) -> Row:
    fixed = {"house_id": number, "person_key": f"p{number}", "area_code": area, "source_sheet": "住房", "source_row": 4}
    return fixed | {"house_grade": grade, "household_group": group, "graded_date": date(2017, 3, 1)} | more


def renovation(stage: str, year: int, subsidy: int, paid: int, **more: Any) -> Row:
    parts = {"central_fund_cny": subsidy // 2, "provincial_fund_cny": subsidy - subsidy // 2, "county_fund_cny": 0}
    fixed = {"renovation_method": "重建", "renovation_stage": stage, "renovation_year": year, "own_fund_cny": 10}
    return fixed | {"subsidy_cny": subsidy, "paid_subsidy_cny": paid} | parts | more


def person(key: str, number: int) -> Row:
    return {"household_key": key, "member_key": f"{key}{number}", "person_key": f"p{key}{number}", "area_code": EAST}


def placed(row: Row, number: int) -> Row:
    return dict(row) | {"source_sheet": "", "source_row": number}


def _county() -> County:
    county = County()
    a, b = household("a", EAST, 2018), household("b", EAST, None)
    c, d = household("c", WEST, 2019), household("d", WEST, None)
    unsafe = {"has_dangerous_house": True, "dangerous_house_grade": "D级"}
    safe = {"has_dangerous_house": False, "dangerous_house_grade": "A级"}
    rows = [a | unsafe, b | safe, c | safe, d | safe | {"household_type": "普通农户"}]
    persons = [person(key, number) for key in "abc" for number in (1, 2)]
    for period in ("2019-12", "2020-01"):
        county.deliver("household_register", period, [row | {"recognised_year": 2014} for row in rows])
        county.deliver("person_register", period, persons)
    finished = {"member_count": 2, "renovated_area_m2": 30, "accepted_date": date(2019, 9, 9)}
    county.deliver(
        "dangerous_housing",
        "2018-12",
        [house("1", EAST, "D级", POOR, household_key="a", **renovation(BEGUN, 2018, 20000, 0, member_count=2))],
    )
    county.deliver(
        "dangerous_housing",
        "2019-12",
        [
            # Accepted, on the minimum of 30 m²; by the register still dangerous.
            house("1", EAST, "D级", POOR, household_key="a", **renovation(DONE, 2018, 20000, 15000, **finished)),
            # Begun only; by the register safe.
            house("2", EAST, "C级", POOR, household_key="b", **renovation(BEGUN, 2019, 8001, 0)),
            # Five persons need 65 m².
            house(
                "3", WEST, "D级", DIBAO, **renovation(DONE, 2019, 30000, 30000)
                | {"member_count": 5, "renovated_area_m2": Decimal("64.9"), "accepted_date": date(2019, 8, 1)},
            ),
            house("4", WEST, "C级", OUTSIDE),
            house("5", WEST, "A级", ORDINARY),
            house("6", WEST, "B级", None),
            # A household that is no longer listed counts as none of the register.
            house("7", WEST, "B级", ORDINARY, household_key="d"),
        ],
    )  # fmt: skip
    town = {"use_type": "成套住宅", "property_type": "市场化商品房", "unit_key": "u"}
    county.deliver(
        "real_estate",
        "2020-01",
        [
            placed(town | {"person_key": "pa1", "unit_key": "u1", "registered_date": date(2015, 5, 5)}, 2),
            placed(town | {"person_key": "pa2", "unit_key": "u1", "registered_date": date(2019, 5, 5)}, 3),
            placed(town | {"person_key": "pc1", "unit_key": "u2", "registered_date": date(2020, 1, 5)}, 4),
            placed({"person_key": "pb1", "unit_key": "u3", "use_type": "住宅", "property_type": "自建房"}, 5),
            placed(town | {"person_key": "pd1", "unit_key": "u4", "registered_date": date(2015, 5, 5)}, 6),
        ],
    )
    car = {"vehicle_type": "小型轿车", "plate_type": "小型汽车", "first_registered_date": date(2017, 1, 1)}
    county.deliver(
        "vehicles",
        "2020-01",
        [
            placed(car | {"vehicle_key": "v1", "person_key": "pa1", "purchase_price_cny": 29999}, 2),
            placed(car | {"vehicle_key": "v2", "person_key": "pb1", "purchase_price_cny": 30000}, 3),
            placed(car | {"vehicle_key": "v3", "person_key": "pc1"}, 4),
            placed(car | {"vehicle_key": "v4", "person_key": "pc2", "vehicle_type": "普通二轮摩托车"}, 5),
            placed(car | {"vehicle_key": "v5", "person_key": "pa2", "vehicle_status": "注销"}, 6),
        ],
    )
    county.deliver(
        "deaths",
        "2020-01",
        [
            placed({"person_key": "pc2", "source_office": "公安户籍", "death_date": date(2020, 1, 9)}, 2),
            placed({"person_key": "pc2", "source_office": "殡仪馆", "death_date": date(2020, 1, 7)}, 3),
            placed({"person_key": "pz9", "source_office": "公安户籍", "death_date": date(2020, 1, 8)}, 4),
        ],
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("homes"), "2020-01")


def homes(built: Built, area: str, year: str = "2019", group: str = "all") -> Row:
    return built.row(
        f"select * from marts.kpi_housing_area_year where area_id = '{area}' and period = '{year}' "
        f"and group_id = '{group}'"
    )


def picked(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_houses_by_grade_and_group(built: Built) -> None:
    grades = ("graded_house_count", "grade_a_count", "grade_b_count", "grade_c_count", "grade_d_count")
    assert picked(homes(built, COUNTY), *grades) == (7, 1, 2, 2, 2)
    assert picked(homes(built, EAST), *grades) == (2, 0, 0, 1, 1)
    assert homes(built, PREFECTURE)["graded_house_count"] == 7
    safe = ("dangerous_house_count", "renovated_house_count", "not_yet_safe_count", "in_renovation_count")
    assert picked(homes(built, TOWN), *safe) == (4, 2, 2, 1)
    groups = ("renovated_registered_count", "renovated_priority_count", "renovated_outside_count")
    assert picked(homes(built, COUNTY), *groups, "renovated_other_count") == (1, 1, 0, 0)
    assert homes(built, COUNTY)["made_safe_share"] == pytest.approx(0.5)
    assert homes(built, COUNTY, group="registered")["graded_house_count"] == 2
    assert homes(built, COUNTY, group="unknown")["graded_house_count"] == 1
    assert picked(homes(built, COUNTY, group="2019"), "graded_house_count", "renovated_house_count") == (2, 1)


def test_money_is_summed_to_the_cent(built: Built) -> None:
    row = homes(built, COUNTY)
    money = ("subsidy_cny", "paid_subsidy_cny", "unpaid_subsidy_cny", "mean_subsidy_cny")
    assert picked(row, *money) == tuple(map(Decimal, ("58001.00", "45000.00", "13001.00", "19333.67")))
    assert row["central_fund_cny"] + row["provincial_fund_cny"] + row["county_fund_cny"] == row["subsidy_cny"]
    assert row["paid_subsidy_share"] == pytest.approx(45000 / 58001)


def test_the_minimum_is_that_of_the_households_size(built: Built) -> None:
    names = ("measured_area_count", "below_minimum_count")
    assert picked(homes(built, EAST), *names) == (1, 0)
    assert picked(homes(built, WEST), *names) == (1, 1)
    assert homes(built, COUNTY)["area_per_head_m2"] == pytest.approx(94.9 / 7)


def test_ledger_and_register_are_compared_not_merged(built: Built) -> None:
    names = ("compared_house_count", "register_only_count", "ledger_only_count", "disagreeing_house_count")
    assert picked(homes(built, COUNTY), *names, "register_without_house_count") == (2, 1, 1, 2, 1)
    assert picked(homes(built, COUNTY, "2018"), *names, "register_without_house_count") == (None,) * 5
    assert homes(built, COUNTY, "2018")["not_yet_safe_count"] == 1


def test_leads_name_their_evidence_and_scope(built: Built) -> None:
    found = built.rows(
        "select household_key, lead_kind, lead_scope, item, hit_count, person_count, source_row, is_before_exit, "
        "price_scope from marts.fct_asset_lead where is_lead order by lead_kind, household_key"
    )
    assert found == [
        ("a", "real_estate", "before_exit", "成套住宅", 2, 2, 2, True, None),
        ("c", "real_estate", "after_exit", "成套住宅", 1, 1, 4, False, None),
        ("c", "reported_dead", "still_listed", "公安户籍", 2, 1, 2, None, None),
        ("b", "vehicle", "before_exit", "小型轿车", 1, 1, 3, True, "above_threshold"),
        ("c", "vehicle", "before_exit", "小型轿车", 1, 1, 4, True, "price_unknown"),
    ]


def test_leads_are_counted_by_kind_and_null_without_a_file(built: Built) -> None:
    rows = built.rows(
        "select group_id, listed_household_count, lead_household_count, before_exit_household_count, "
        "after_exit_household_count, hit_count, reported_kind_count from marts.kpi_lead_area_month "
        f"where area_id = '{COUNTY}' order by group_id"
    )
    assert rows == [
        ("all", 3, 3, 3, 1, 7, 3),
        ("business_entity", 3, None, None, None, None, None),
        ("public_payroll", 3, None, None, None, None, None),
        ("real_estate", 3, 2, 1, 1, 3, None),
        ("reported_dead", 3, 1, 0, 0, 2, None),
        ("vehicle", 3, 2, 2, 0, 2, None),
    ]
