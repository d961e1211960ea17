"""Industry, loans, collective economy, posts and plans on a county of four households in two villages.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, PREFECTURE, TOWN, WEST, Built, County, Row, build
from tests.unit.dbt_small_county import household

COOPERATIVE, WORKSHOP = "合作社甲", "车间乙"
BANK, OTHER_BANK = "信用社", "邮储"


def placed(rows: list[dict[str, Any]]) -> list[Row]:
    return [{"source_sheet": "", "source_row": number} | row for number, row in enumerate(rows, 2)]


def line(key: str, operator: str, kind: str, net: int, reward: int) -> dict[str, Any]:
    class_ = "自主发展" if operator == "自主发展" else "产业扶贫合作社"
    fixed = {"household_key": key, "operator_name": operator, "operator_class": class_, "industry_kind": kind}
    return fixed | {
        "participation_mode": "入股分红", "participation_year": 2020, "net_income_cny": net, "reward_cny": reward,
        "annual_return_cny": 100,
    }  # fmt: skip


def loan(number: str, key: str, balance: int, start: date, due: date, **more: Any) -> dict[str, Any]:
    fixed = {"loan_number": number, "household_key": key, "person_key": f"p{key}1", "bank_name": BANK}
    fixed |= {"loan_purpose": "养牛", "use_mode": "户贷户用", "loan_status": "正常", "term_months": 36}
    return fixed | {"loan_cny": 50000, "balance_cny": balance, "started_date": start, "due_date": due} | more


def post(person: str, kind: str, pay: str, status: str = "在岗") -> dict[str, Any]:
    fixed = {"person_key": person, "post_kind": kind, "monthly_subsidy_cny": Decimal(pay), "post_status": status}
    return fixed | {"area_code": EAST, "hired_date": date(2019, 1, 1)}


def _registers(county: County) -> None:
    sizes = {"a": (3, EAST), "b": (2, EAST), "c": (1, WEST), "d": (1, WEST)}
    people = [
        {"household_key": key, "member_key": f"{key}{n}", "person_key": f"p{key}{n}", "area_code": area}
        | ({"public_post_type": "保洁员"} if (key, n) == ("a", 1) else {})
        for key, (count, area) in sizes.items()
        for n in range(1, count + 1)
    ]
    homes = [household(key, area, 2018) | {"recognised_year": 2014} for key, (_, area) in sizes.items()]
    county.deliver("household_register", "2020-12", homes)
    county.deliver("person_register", "2020-12", people)
    works = {"a1": ("乡（镇）内", WORKSHOP), "b1": ("省外", None)}
    rows = []
    for person in people:
        region, employer = works.get(person["member_key"], (None, None))
        keys = {name: person[name] for name in ("household_key", "member_key", "person_key")}
        rows.append(keys | {"is_working": region is not None, "work_region": region, "employer_name": employer})
    county.deliver("employment_done", "2020-12", rows)
    plan = {"a1": "县级公司", "a2": "村级服务点", "d1": "乡镇工作站", "b1": None}
    county.deliver(
        "employment_plan",
        "2020-07",
        [
            {"household_key": key[0], "member_key": key, "is_planned": platform is not None,
             "transfer_platform": platform}
            for key, platform in plan.items()
        ],
    )  # fmt: skip


def _county() -> County:
    county = County()
    _registers(county)
    county.deliver(
        "industry_participation",
        "2020-12",
        placed(
            [
                line("a", COOPERATIVE, "肉牛", 5000, 1000),
                line("a", "自主发展", "玉米", 3500, 0),  # 8,500 together: 2,000 are due
                line("b", COOPERATIVE, "肉牛", 8000, 1000),  # not above 8,000: 1,000 are due
                line("c", "自主发展", "玉米", 4000, 1000),  # not above 4,000: nothing is due
                line("z", COOPERATIVE, "肉牛", 9000, 0),  # in no register
            ]
        ),
    )
    operator = {"operating_status": "正常", "area_code": EAST}
    county.deliver(
        "operators",
        "2020-12",
        placed(
            [
                operator | {"operator_name": COOPERATIVE, "operator_class": "产业扶贫合作社", "member_count": 30},
                operator | {"operator_name": WORKSHOP, "operator_class": "扶贫车间", "area_code": WEST}
                | {"operating_status": "停产", "reported_linked_household_count": 4},
            ]
        ),
    )  # fmt: skip
    product = {"supplier_name": COOPERATIVE, "area_code": TOWN, "linked_person_count": 7, "township_name": "丹凤街道"}
    first = product | {"product_number": "P1", "recognised_value_cny": 1_000_000, "sales_channel": "线上"}
    second = product | {"product_number": "P2", "recognised_value_cny": 500, "sales_channel": "集市"}
    county.deliver("product_sales", "2020-06", placed([first | {"sales_cny": 100, "sales_month": date(2020, 5, 1)}]))
    county.deliver(
        "product_sales",
        "2020-12",
        placed([each | {"sales_cny": 35, "sales_month": date(2020, 12, 1)} for each in (first, second)]),
    )
    project = {"area_code": EAST, "village_code": EAST, "report_year": 2020, "joined_household_count": 9}
    county.deliver(
        "collective_economy",
        "2020-12",
        placed(
            [
                project | {"project_name": "电站", "business_mode": "光伏", "income_cny": 30000, "yield_cny": 20000,
                           "distributed_cny": 5000, "expense_cny": 10000},
                project | {"project_name": "股金", "business_mode": "入股分红", "income_cny": 15000, "yield_cny": 15000,
                           "distributed_cny": 0, "expense_cny": 0},
            ]
        ),
    )  # fmt: skip
    incomes = {EAST: 45000, WEST: 10000}
    county.deliver(
        "village_register",
        "2020-12",
        [{"area_code": area, "register_year": 2020, "collective_income_cny": cny} for area, cny in incomes.items()],
    )
    county.deliver(
        "small_loans",
        "2020-12",
        placed(
            [
                loan("1", "a", 50000, date(2018, 1, 15), date(2021, 3, 1)),  # the 60th day
                loan("2", "b", 20000, date(2017, 12, 1), date(2020, 11, 30), loan_purpose=None),
                loan("3", "c", 0, date(2017, 3, 1), date(2020, 3, 1), loan_status="结清"),
                loan("4", "c", 30000, date(2020, 3, 10), date(2023, 3, 10), use_mode="户贷企用"),
                loan("5", "d", 1000, date(2018, 3, 2), date(2021, 3, 2), bank_name=OTHER_BANK),
            ]
        ),
    )
    move = {"movement_kind": "注入", "amount_cny": 1}
    county.deliver(
        "risk_compensation",
        "2020-12",
        [
            move | {"movement_number": "1", "bank_name": BANK, "balance_cny": 800, "movement_date": date(2020, 2, 1)},
            move | {"movement_number": "2", "bank_name": BANK, "balance_cny": 900, "movement_date": date(2020, 3, 1)},
            move | {"movement_number": "3", "bank_name": OTHER_BANK, "balance_cny": 100,
                    "movement_date": date(2020, 1, 1)},
        ],
    )  # fmt: skip
    county.deliver("public_payroll", "2020-10", [{"person_key": "pb1", "staff_class": "事业编"}])
    posts = [post("pa1", "保洁员", "500"), post("pa1", "水管员", "300"), post("pb1", "护林员", "666.67")]
    county.deliver("public_posts", "2020-12", placed([*posts, post("pc1", "保洁员", "500", "离岗")]))
    firm = {"entity_type": "有限责任公司", "entity_status": "存续", "founded_date": date(2013, 1, 1)}
    shop = firm | {"entity_type": "个体工商户", "registered_capital_cny": 50000}
    firms = [("pa1", firm), ("pb1", firm | {"entity_status": "注销"}), ("pd1", shop), (None, firm)]
    rows = [fields | {"person_key": key, "registration_number": str(n)} for n, (key, fields) in enumerate(firms)]
    county.deliver("business_entities", "2020-12", placed(rows))
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("industry"), "2020-12")


def kpi(built: Built, model: str, *names: str, area: str = COUNTY, group: str = "all") -> tuple[Any, ...]:
    period = "2020-12" if model.endswith("month") else "2020"
    row = built.row(
        f"select * from marts.{model} where area_id = '{area}' and period = '{period}' and group_id = '{group}'"
    )
    return tuple(row[name] for name in names)


def test_every_model_and_test_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_households_taken_along_count_once(built: Built) -> None:
    names = ("participating_household_count", "participating_person_count", "linked_household_count")
    names += ("linked_person_count", "participation_count", "net_income_cny")
    model = "kpi_industry_area_year"
    assert kpi(built, model, *names) == (3, 6, 2, 5, 4, Decimal("20500.00"))
    assert kpi(built, model, *names, area=WEST) == (1, 1, 0, 0, 1, Decimal("4000.00"))
    assert kpi(built, model, *names[:5], group="产业扶贫合作社") == (2, 5, 2, 5, 2)
    assert kpi(built, model, "listed_household_count", "participating_household_share") == (4, 0.75)
    assert kpi(built, model, "participating_household_count", area=PREFECTURE) == (3,)


def test_rewards_go_by_all_industries_of_the_year_and_strictly_above_the_tier(built: Built) -> None:
    names = ("reward_due_household_count", "reward_missing_household_count", "reward_excess_household_count")
    assert kpi(built, "kpi_industry_area_year", *names, "reward_due_cny", "reward_cny") == (2, 1, 1, 3000, 3000)
    found = built.rows(
        "select household_key, tier_number, reward_due_cny, reward_difference_cny "
        "from marts.fct_industry_household order by household_key"
    )
    assert found == [("a", 2, 2000, -1000), ("b", 1, 1000, 0), ("c", 0, 0, 1000), ("z", None, None, None)]


def test_operators_and_who_works_in_workshops(built: Built) -> None:
    names = ("operator_count", "operating_operator_count", "member_count", "operator_worker_count")
    assert kpi(built, "kpi_industry_area_year", *names) == (2, 1, 30, 1)
    assert kpi(built, "kpi_industry_area_year", *names, group="扶贫车间") == (1, 0, 0, 1)
    found = built.rows("select operator_name, linked_household_count from marts.fct_operator order by 1")
    assert found == [(COOPERATIVE, 3), (WORKSHOP, 0)]


def test_a_products_value_counts_once_and_its_sales_add_up(built: Built) -> None:
    names = ("product_count", "supplier_count", "recognised_value_cny", "sales_cny", "sales_person_count")
    assert kpi(built, "kpi_industry_area_year", *names) == (2, 1, Decimal("1000500.00"), 170, 14)
    assert kpi(built, "kpi_industry_area_year", "product_count", "sales_cny", group="线上") == (1, 135)
    assert kpi(built, "kpi_industry_area_year", "sales_cny", area=TOWN) == (170,)


def test_collective_income_against_the_line_and_the_register(built: Built) -> None:
    names = ("village_count", "reporting_village_count", "lined_village_count", "below_line_village_count")
    model = "kpi_collective_area_year"
    assert kpi(built, model, *names) == (2, 1, 1, 1)
    money = ("income_cny", "yield_cny", "distributed_cny", "register_income_cny", "register_differs_village_count")
    assert kpi(built, model, *money) == (45000, 35000, 5000, 55000, 1)
    assert kpi(built, model, *money, area=WEST) == (None, None, None, 10000, 1)
    assert kpi(built, model, "distributed_share")[0] == pytest.approx(1 / 7)
    assert kpi(built, model, "project_count", "income_cny", group="光伏") == (1, 30000)


def test_loans_due_overdue_renewed_and_without_use(built: Built) -> None:
    model = "kpi_loan_area_month"
    counts = ("granted_loan_count", "borrower_household_count", "outstanding_loan_count", "due_soon_loan_count")
    counts += ("overdue_loan_count", "renewal_loan_count", "no_use_household_count", "passed_on_household_count")
    assert kpi(built, model, *counts) == (5, 4, 4, 1, 1, 1, 1, 1)
    assert kpi(built, model, "outstanding_cny", "due_soon_cny", "overdue_cny") == (101000, 50000, 20000)
    assert kpi(built, model, "overdue_share")[0] == pytest.approx(20 / 101)
    assert kpi(built, model, "no_industry_household_count", "contradicted_loan_count") == (1, 1)
    assert kpi(built, model, "risk_fund_cny") == (1000,)
    assert kpi(built, model, "risk_fund_cny", "outstanding_cny", area=EAST) == (None, 70000)
    assert kpi(built, model, "outstanding_cny", group=OTHER_BANK) == (1000,)


def test_posts_with_second_posts_and_other_pay_as_leads(built: Built) -> None:
    names = ("post_count", "holder_count", "registered_holder_count", "double_holder_count", "payroll_holder_count")
    names += ("away_holder_count", "register_post_count", "monthly_subsidy_cny")
    assert kpi(built, "kpi_public_post_area_month", *names) == (3, 2, 2, 1, 1, 1, 1, Decimal("1466.67"))
    yearly = ("post_count", "mean_yearly_subsidy_cny")
    assert kpi(built, "kpi_public_post_area_month", *yearly, group="护林员") == (1, Decimal("8000.04"))


def test_the_plan_against_who_worked(built: Built) -> None:
    names = ("planned_worker_count", "planned_started_count", "planned_working_count", "unplanned_started_count")
    model = "kpi_employment_area_month"
    assert kpi(built, model, *names) == (3, 1, 1, 1)
    levels = tuple(
        f"{level}_{what}_count" for level in ("county", "township", "village") for what in ("planned", "started")
    )
    assert kpi(built, model, *levels) == (1, 1, 1, 0, 1, 0)
    assert kpi(built, model, "plan_met_share")[0] == pytest.approx(1 / 3)
    assert kpi(built, model, *names, area=WEST) == (1, 0, 0, 0)


def test_firms_in_business_are_leads(built: Built) -> None:
    found = built.rows("select household_key, item, lead_scope from marts.fct_asset_lead where lead_kind like 'bus%'")
    assert found == [("a", "有限责任公司", "before_exit")]
