"""A county that fits on one page, for tests of models: two villages, five households, two quotas and four payments.

Belongs here: its rows, and readers of the figures that come of them. Does not belong here: the tables and the building
(``dbt_county``), what is expected.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row

EXITED, POOR = "已脱贫", "未脱贫"


def household(key: str, area: str, exit_year: int | None) -> Row:
    return {
        "household_key": key,
        "area_code": area,
        "household_type": "脱贫户" if exit_year else "贫困户",
        "exit_status": EXITED if exit_year else POOR,
        "exit_year": exit_year,
    }


def members(counts: dict[str, int], area: str = EAST) -> list[Row]:
    return [
        {"household_key": key, "member_key": f"{key}{number}", "person_key": f"p{key}{number}", "area_code": area}
        for key, count in counts.items()
        for number in range(1, count + 1)
    ]


def change(number: int, kind: str, key: str, area: str, day: int, *, counts: tuple[int, int]) -> dict[str, Any]:
    return {
        "change_id": f"c{number}",
        "change_type": kind,
        "household_key": key,
        "area_code": area,
        "change_date": date(2020, 1, day),
        "household_count": counts[0],
        "person_count": counts[1],
    }


def quota(number: str, area: str, year: int, allocated: int, **more: Any) -> Row:
    return {
        "quota_id": number,
        "area_code": area,
        "budget_year": year,
        "allocated_cny": allocated,
        "arrived_cny": 0,
        "document_number": f"云财农〔{year}〕1号",
        "batch_name": number,
        "fund_use": "产业",
        "is_integrated": False,
    } | more


def payment(number: str, quota_id: str, day: date, amount: int, payee: str = "最终收款人") -> Row:
    return {"payment_id": number, "quota_id": quota_id, "paid_date": day, "paid_cny": amount, "payee_type": payee}


def snapshot(county: County, period: str, households: Iterable[Row], persons: dict[str, int]) -> None:
    county.deliver("household_register", period, households)
    county.deliver("person_register", period, members(persons))


def small_county() -> County:
    county = County()
    a, d = household("a", EAST, 2018), household("d", WEST, 2019)
    poor = [household("b", EAST, None), household("c", WEST, None)]
    snapshot(county, "2018-12", [a, *poor, household("d", WEST, None)], {"a": 4, "b": 2, "c": 4, "d": 5})
    snapshot(county, "2019-12", [a, *poor, d], {"a": 3, "b": 2, "c": 4, "d": 5})
    moved = [
        household("a", WEST, 2018),
        household("b", EAST, 2020),
        household("c", WEST, None),
        d,
        household("e", EAST, None),
    ]
    after = {"a": 3, "b": 2, "c": 5, "d": 4, "e": 2}
    snapshot(county, "2020-01", moved, after)
    snapshot(county, "2020-02", moved, after)
    county.deliver(
        "register_changes",
        "2020-01",
        [
            change(1, "脱贫", "b", EAST, 8, counts=(1, 2)),
            change(2, "自然增加", "c", WEST, 9, counts=(0, 1)),
            change(3, "转出", "a", EAST, 10, counts=(1, 3)) | {"counterpart_area_code": WEST},
            change(4, "转入", "a", WEST, 10, counts=(1, 3)) | {"counterpart_area_code": EAST},
            change(5, "新识别", "e", EAST, 11, counts=(1, 2)),
            change(6, "自然减少", "d", WEST, 12, counts=(0, 1)),
        ],
    )
    county.deliver(
        "region",
        "2019-12",
        [
            division(COUNTY, 120, 100, None, None),
            division(TOWN, 120, 100, "贫困乡镇", 2019),
            division(EAST, 50, 40, "贫困村", 2019),
            division(WEST, 70, 60, "贫困村", None),
        ],
    )
    county.deliver("residents", "2020-01", [{"person_key": "pa1", "person_status": "正常", "area_code": WEST}])
    integrated = {"is_integrated": True, "integrated_item_name": "甲", "fund_level": "中央"}
    arrived_2019 = {"arrived_cny": 1000, "arrived_date": date(2019, 1, 15), "issued_date": date(2019, 1, 5)}
    arrived_2020 = {"arrived_cny": 200, "arrived_date": date(2020, 1, 20), "issued_date": date(2020, 1, 10)}
    county.deliver("fund_quota", "2019-12", [quota("q1", TOWN, 2019, 1000, **integrated, **arrived_2019)])
    county.deliver("fund_quota", "2020-01", [quota("q2", TOWN, 2020, 400, fund_level="省级", **arrived_2020)])
    county.deliver(
        "fund_quota",
        "2020-02",
        [
            quota("q2", TOWN, 2020, 500, fund_level="省级", **arrived_2020),
            quota("q3", COUNTY, 2020, 300, fund_level="县级", issued_date=date(2020, 2, 5)),
        ],
    )
    county.deliver("fund_payment", "2019-12", [payment("p1", "q1", date(2019, 5, 1), 600)])
    county.deliver(
        "fund_payment",
        "2020-01",
        [payment("p2", "q1", date(2020, 1, 25), 100), payment("p3", "q2", date(2020, 1, 28), 50, "乡镇专户")],
    )
    county.deliver("fund_payment", "2020-02", [payment("p4", "q2", date(2020, 2, 10), 150)])
    county.add(
        "ops_calendar",
        {
            "department_code": "civil_affairs",
            "department_zh": "民政部门",
            "department_en": "civil affairs",
            "feed": "region",
            "period": "2019-12",
            "due_date": date(2021, 1, 2),
            "status": "late",
            "arrived_at": datetime(2021, 1, 6, 8),
        },
    )
    return county


def division(code: str, population: int, rural: int, designation: str | None, exit_year: int | None) -> Row:
    return {
        "area_code": code,
        "table_year": 2019,
        "population_count": population,
        "rural_registered_population_count": rural,
        "denominator_definition": "2014 年末农业户籍人口",
        "poverty_designation": designation,
        "exit_year": exit_year,
        "macro_region": "西部",
    }


def exit_row(built: Built, year: int, area: str = COUNTY) -> dict[str, Any]:
    return built.row(f"from marts.kpi_exit_area_year where period = '{year}' and area_id = '{area}'")


def bridge_row(built: Built, period: str, group: str, area: str = COUNTY) -> dict[str, Any]:
    keys = f"period = '{period}' and group_id = '{group}' and area_id = '{area}'"
    return built.row(f"from marts.kpi_register_bridge_area_month where {keys}")


def fund_row(built: Built, period: str, scope: str, area: str = COUNTY, group: str = "all") -> dict[str, Any]:
    keys = f"period = '{period}' and fund_scope = '{scope}' and area_id = '{area}' and group_id = '{group}'"
    return built.row(f"from marts.kpi_fund_area_month where {keys}")


def part(row: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in expected}
