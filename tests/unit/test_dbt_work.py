"""The models on work in a county of six people, four households and four months.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, TOWN, WEST, Built, County, Row, build

PEOPLE = {
    "a": ("h1", EAST, "男", 1980, "普通劳动力", None),
    "b": ("h1", EAST, "女", 1982, "弱劳动力或半劳动力", None),
    "c": ("h2", EAST, "男", 1955, "普通劳动力", None),
    "d": ("h3", WEST, "男", 1990, "技能劳动力", None),
    "e": ("h3", WEST, "女", 2003, "无劳动力", None),
    "f": ("h4", WEST, "女", 1970, "普通劳动力", "保洁员"),
}
COUNTY_REGION, PROVINCE, OUTSIDE = "乡（镇）外县内", "县外省内", "省外"
# Period → who works, where and for what wage; the others do not work.
WORK: dict[str, dict[str, tuple[str | None, str | None]]] = {
    "2019-12": {"a": (OUTSIDE, "4000"), "d": (COUNTY_REGION, "3000")},
    "2020-01": {"c": (PROVINCE, "2500"), "d": (COUNTY_REGION, "0.3")},
    "2020-02": {"a": (OUTSIDE, "5000"), "b": (None, None), "d": (OUTSIDE, "3000")},
    "2020-03": {"a": (OUTSIDE, "5000"), "b": (None, None), "c": (PROVINCE, "2500"), "d": (OUTSIDE, "60000")},
}


def place_of(name: str, period: str) -> str:
    """The household h3 moves to the other village in February."""
    return EAST if PEOPLE[name][0] == "h3" and period >= "2020-02" else PEOPLE[name][1]


def register(period: str) -> tuple[list[Row], list[Row]]:
    persons = [
        {
            "household_key": household,
            "member_key": name,
            "person_key": f"p{name}",
            "area_code": place_of(name, period),
            "sex": sex,
            "birth_date": date(born, 1, 1),
            "labour_capacity": labour,
            "public_post_type": post,
        }
        for name, (household, _, sex, born, labour, post) in PEOPLE.items()
    ]
    places = {person["household_key"]: person["area_code"] for person in persons}
    households = [
        {
            "household_key": key,
            "area_code": area,
            "household_type": "脱贫户",
            "exit_status": "已脱贫",
            "exit_year": 2018,
        }
        for key, area in places.items()
    ]
    return households, persons


def work_rows(period: str) -> list[Row]:
    rows = []
    for name, (household, *_) in PEOPLE.items():
        region, wage = WORK[period].get(name, (None, None))
        rows.append(
            {
                "household_key": household,
                "member_key": name,
                "person_key": f"p{name}",
                "household_type": "脱贫户",
                "is_working": name in WORK[period],
                "work_region": region,
                "employment_channel": "县内企业吸纳" if region == COUNTY_REGION else None,
                "monthly_wage_cny": None if wage is None else Decimal(wage),
            }
        )
    return rows


def course(name: str, day: date, certificate: str | None) -> Row:
    return {
        "person_key": f"p{name}",
        "training_type": "职业技能培训",
        "training_subject": "电工",
        "certificate_name": certificate,
        "duration_days": 5,
        "training_cost_cny": Decimal(400),
        "training_date": day,
    }


def _county() -> County:
    county = County()
    for period in WORK:
        households, persons = register(period)
        county.deliver("household_register", period, households)
        county.deliver("person_register", period, persons)
        county.deliver("employment_done", period, work_rows(period))
    county.deliver(
        "labour_ledger",
        "2019-12",
        [
            # Without work, and so is the household; b's household has somebody at work.
            {"person_key": "pc", "employment_status": "未就业", "employment_wish": "有就业意愿"},
            {"person_key": "pb", "employment_status": "未就业", "employment_wish": "有创业意愿"},
        ],
    )
    county.deliver(
        "labour_ledger",
        "2020-02",
        [
            {"person_key": "pa", "employment_status": "已就业"},
            {"person_key": "pc", "employment_status": "自主创业"},
            {"person_key": "pe", "employment_status": "未就业"},
            {"person_key": "px", "employment_status": "已就业"},
        ],
    )
    county.deliver(
        "training", "2019-12", [course("a", date(2019, 5, 1), "培训合格证"), course("c", date(2019, 6, 1), None)]
    )
    county.deliver(
        "training", "2020-02", [course("a", date(2020, 2, 3), "培训合格证"), course("x", date(2020, 2, 3), None)]
    )
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("dbt"), "2020-03")


def row(built: Built, period: str, area: str = COUNTY, group: str = "all") -> dict[str, Any]:
    keys = f"period = '{period}' and area_id = '{area}' and group_id = '{group}'"
    return built.row(f"from marts.kpi_employment_area_month where {keys}")


def part(found: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in expected}


def test_every_model_and_test_on_work_passes(built: Built) -> None:
    mine = {name for name in built.nodes if "employment" in name or "work" in name or "training" in name}
    assert {name for name in mine if name in built.not_passed()} == set()
    assert {"kpi_employment_area_month", "assert_no_work_is_lost_in_the_rollup"} <= mine


def test_a_month_counts_workers_by_region_and_the_labour_force_by_the_register(built: Built) -> None:
    expected = {
        "monitored_person_count": 6,
        "labour_force_count": 5,
        "working_labour_force_count": 3,
        "working_share": 0.6,
        "working_person_count": 3,
        "working_county_count": 0,
        "working_province_count": 0,
        "working_outside_count": 2,
        "working_other_count": 1,
    }
    assert part(row(built, "2020-02"), expected) == expected
    assert row(built, "2020-02", PREFECTURE)["working_person_count"] == 3
    assert row(built, "2020-02", TOWN)["working_person_count"] == 3


def test_the_bridge_from_month_to_month_balances_and_a_move_nets_to_zero(built: Built) -> None:
    bridge = {
        "opening_working_count": 2,
        "new_worker_count": 2,
        "returned_worker_count": 0,
        "started_worker_count": 2,
        "stopped_worker_count": 1,
        "moved_worker_count": 0,
    }
    assert part(row(built, "2020-02"), bridge) == bridge
    east = {"opening_working_count": 1, "new_worker_count": 2, "stopped_worker_count": 1, "moved_worker_count": 1}
    assert part(row(built, "2020-02", EAST), east) == east
    west = {"opening_working_count": 1, "moved_worker_count": -1, "working_person_count": 0}
    assert part(row(built, "2020-02", WEST), west) == west
    back = {"opening_working_count": 3, "new_worker_count": 0, "returned_worker_count": 1, "working_person_count": 4}
    assert part(row(built, "2020-03"), back) == back


def test_a_month_after_one_without_a_list_has_stocks_and_no_flows(built: Built) -> None:
    found = row(built, "2019-12")
    assert (found["working_person_count"], found["opening_working_count"], found["started_worker_count"]) == (
        2,
        None,
        None,
    )


def test_a_worker_of_the_year_counts_once_where_the_last_month_of_work_was(built: Built) -> None:
    expected = {
        "cumulative_worker_count": 4,
        "cumulative_county_count": 0,
        "cumulative_province_count": 1,
        "cumulative_outside_count": 2,
        "cumulative_other_count": 1,
        "worked_1_to_3_count": 4,
        "stable_worker_count": 0,
        "worked_months_mean": 1.25,
        "transfer_person_time_count": 6,
    }
    assert part(row(built, "2020-02"), expected) == expected
    january = {"cumulative_worker_count": 2, "cumulative_county_count": 1, "enterprise_worker_count": 1}
    assert part(row(built, "2020-01"), january) == january
    assert row(built, "2019-12")["transfer_person_time_count"] == 2


def test_a_household_on_a_post_is_not_without_employment(built: Built) -> None:
    expected = {
        "labour_household_count": 4,
        "zero_employment_household_count": 1,
        "zero_employment_share": 0.25,
        "public_post_count": 1,
        "cleaner_post_count": 1,
        "ranger_post_count": 0,
    }
    assert part(row(built, "2020-02"), expected) == expected


def test_who_wants_work_is_told_by_the_ledger_of_the_month_and_by_none_is_null(built: Built) -> None:
    found = [row(built, period)["zero_employment_wanting_household_count"] for period in WORK]
    assert found == [1, None, 0, None]
    assert row(built, "2019-12", WEST)["zero_employment_wanting_household_count"] == 0


def test_implausible_wages_are_counted_and_stay_out_of_mean_and_median(built: Built) -> None:
    wages = ("reported_wage_count", "implausible_wage_count", "mean_wage_cny", "median_wage_cny")
    assert [row(built, "2020-01")[name] for name in wages] == [2, 1, Decimal(2500), Decimal(2500)]
    assert [row(built, "2020-02")[name] for name in wages] == [2, 0, Decimal(4000), Decimal(4000)]
    assert [row(built, "2020-03")[name] for name in wages] == [3, 1, Decimal(3750), Decimal(3750)]


def test_the_labour_ledger_stands_beside_and_a_month_without_one_is_null(built: Built) -> None:
    expected = {
        "ledger_person_count": 3,
        "ledger_employed_count": 2,
        "ledger_working_count": 1,
        "ledger_difference_count": 1,
    }
    assert part(row(built, "2020-02"), expected) == expected
    assert row(built, "2020-01")["ledger_person_count"] is None


def test_training_counts_person_times_and_persons_of_the_register(built: Built) -> None:
    expected = {
        "training_person_time_count": 1,
        "training_person_count": 1,
        "training_certificate_count": 1,
        "training_cost_cny": Decimal(400),
        "cumulative_training_person_time_count": 3,
        "cumulative_training_person_count": 2,
    }
    assert part(row(built, "2020-02"), expected) == expected
    assert row(built, "2020-01")["training_person_time_count"] is None
    assert built.rows("select count(*), count(member_key) from marts.fct_training") == [(4, 3)]


def test_groups_have_their_own_figures(built: Built) -> None:
    women = {"monitored_person_count": 3, "working_person_count": 1, "labour_force_count": 2, "working_share": 0.5}
    assert part(row(built, "2020-02", group="女"), women) == women
    ages = {name: row(built, "2020-02", group=name)["monitored_person_count"] for name in ("young", "middle", "elder")}
    assert ages == {"young": 2, "middle": 3, "elder": 1}
    assert row(built, "2020-02", group="女")["public_post_count"] is None


def test_the_same_month_of_last_year_is_null_until_there_is_one(built: Built) -> None:
    assert row(built, "2020-03")["previous_year_working_count"] is None
    assert row(built, "2020-03")["working_growth_share"] is None
