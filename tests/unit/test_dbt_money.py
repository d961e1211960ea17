"""Projects, money and assets on a county that fits on one page: four projects, three quotas, seven assets.

Every expected number below was computed by hand from the rows in `_county`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.dbt_county import COUNTY, EAST, TOWN, WEST, Built, County, Row, build

COUNTY_BOOK, TOWNSHIP_BOOK = "县级台账", "乡级台账"


def project(number: str, area: str, kind: str, budget: int, **more: Any) -> Row:
    fixed = {"project_id": number, "project_name": f"项目{number}", "project_kind": kind, "area_code": area}
    money = {"budget_cny": budget, "central_cny": budget, "plan_year": 2020, "reported_state": "实施中"}
    return fixed | money | {"entered_date": date(2019, 11, 1), "forms_asset": True, "source_row": 4} | more


def quota(number: str, allocated: int, arrived: int, issued: date, **more: Any) -> Row:
    fixed = {
        "quota_id": number, "area_code": TOWN, "document_number": f"文{number}", "batch_name": "第一批",
        "fund_level": "中央", "fund_source": "中央", "fund_use": "产业发展", "budget_year": 2020, "is_integrated": True,
        "integrated_item_name": "扶贫发展资金",
    }  # fmt: skip
    money = {"allocated_cny": allocated, "arrived_cny": arrived, "issued_date": issued, "document_total_cny": allocated}
    return fixed | money | more


def payment(number: str, quota_id: str, project_id: str | None, day: date, cny: int) -> Row:
    fixed = {"document_number": f"文{quota_id}", "budget_year": 2020, "project_id": project_id}
    return (
        fixed
        | {"payee_type": "最终收款人"}
        | {"payment_id": number, "quota_id": quota_id, "paid_date": day, "paid_cny": cny}
    )


def split(quota_id: str, project_id: str, cny: int, day: date) -> Row:
    return {"quota_id": quota_id, "project_id": project_id, "split_cny": cny, "split_date": day, "fund_level": "中央"}


def asset(number: str, book: str, managed: str, value: int, **more: Any) -> Row:
    fixed = {"asset_id": number, "book_level": book, "management_level": managed, "asset_name": f"资产{number}"}
    kind = {"asset_class": "到户类" if managed == "户管" else "公益性", "area_code": EAST, "use_state": "在用"}
    return fixed | kind | {"original_value_cny": value, "formed_year": 2020} | more


def _county() -> County:
    county = County()
    begun = {"approved_date": date(2020, 1, 10), "started_date": date(2020, 2, 1)}
    done = begun | {"finished_date": date(2020, 5, 1), "accepted_date": date(2020, 6, 1)}
    county.deliver(
        "project_library",
        "2020-11",
        [project("P5", WEST, "产业类", 40)],  # the next list lacks it, and it was not taken out
    )
    county.deliver(
        "project_library",
        "2020-12",
        [
            project("P1", EAST, "产业类", 1000, **done, contract_cny=950, contractor_name="公司", contract_number="H1",
                    benefit_household_count=20),
            project("P2", EAST, "安全饮水类", 500, **begun),
            project("P3", WEST, "雨露计划", 300, **done, forms_asset=False, settled_date=date(2020, 7, 1)),
            project("P4", WEST, "产业类", 200, removed_date=date(2020, 8, 1)),
        ],
    )  # fmt: skip
    county.deliver(
        "fund_quota",
        "2020-12",
        [
            quota("Q1", 1000, 1000, date(2020, 1, 1), arrived_date=date(2020, 1, 11)),
            quota("Q2", 600, 300, date(2020, 3, 1), arrived_date=date(2020, 4, 1)),
            quota("Q3", 100, 0, date(2020, 12, 20)),
        ],
    )
    county.deliver(
        "fund_allocation",
        "2020-12",
        [split("Q1", "P1", 700, date(2020, 1, 21)), split("Q1", "P2", 300, date(2020, 3, 1)),
         split("Q2", "P2", 200, date(2020, 3, 11))],
    )  # fmt: skip
    county.deliver(
        "fund_payment",
        "2020-12",
        [
            payment("Z1", "Q1", "P1", date(2020, 1, 31), 400),
            payment("Z2", "Q1", "P1", date(2020, 12, 2), 200),
            payment("Z3", "Q1", None, date(2020, 12, 3), 50),
            dict(payment("Z4", "Q2", None, date(2020, 6, 1), 100)) | {"payee_type": "乡镇专户"},
        ],
    )
    sent = {
        "quota_id": "Q1",
        "transfer_level": "县到乡",
        "sender_name": "县",
        "receiver_name": "镇",
        "source_sheet": "",
    }
    # The register is cumulative: November's file is no second transfer.
    first = sent | {"transferred_cny": 400, "sent_date": date(2020, 2, 1), "received_date": date(2020, 2, 9)}
    later = sent | {"transferred_cny": 150, "sent_date": date(2020, 12, 11)}
    county.deliver("fund_transfers", "2020-11", [first | {"source_row": 2}])
    county.deliver("fund_transfers", "2020-12", [first | {"source_row": 2}, later | {"source_row": 3}])
    asked = {"project_id": "P1", "document_number": "文Q1", "payout_year": 2020, "source_sheet": ""}
    county.deliver(
        "fund_project_payout",
        "2020-12",
        [
            asked | {"requested_cny": 400, "requested_date": date(2020, 1, 29), "paid_cny": 400, "source_row": 2,
                     "paid_date": date(2020, 1, 31)},
            asked | {"requested_cny": 250, "requested_date": date(2020, 12, 1), "source_row": 3},
        ],
    )  # fmt: skip
    yields = {"yield_due_cny": 60, "yield_paid_cny": 40, "yield_distributed_cny": 30}
    operating = {"asset_class": "经营性", "contract_end_date": date(2020, 12, 30), "contract_number": "H1"} | yields
    named = {"certificate_number": "证1", "sign_number": "牌1"}
    county.deliver(
        "assets",
        "2020-12",
        [
            asset("A1", COUNTY_BOOK, "县管", 100, sign_number="牌0"),
            asset("A2", COUNTY_BOOK, "村管", 500, project_id="P1", **named, **operating),
            asset("A3", COUNTY_BOOK, "村管", 70, use_state="闲置"),
            asset("A4", COUNTY_BOOK, "户管", 30, household_key="a"),
            asset("A5", COUNTY_BOOK, "村管", 10, area_code=WEST),
            asset("A2", TOWNSHIP_BOOK, "村管", 500, project_id="P1", **named, **operating),
            asset("A3", TOWNSHIP_BOOK, "村管", 77, use_state="闲置"),
            asset("A6", TOWNSHIP_BOOK, "村管", 9),
        ],
    )
    county.deliver(
        "fund_report",
        "2020-12",
        [
            {"area_name": "师宗县", "report_year": 2020, "fund_name": "中央资金", "total_cny": 1700, "spent_cny": 750,
             "spent_percent": Decimal("57.69"), "closed_date": date(2020, 12, 31)}
        ],
    )  # fmt: skip
    return county


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(_county(), tmp_path_factory.mktemp("money"), "2020-12")


def test_every_node_passes(built: Built) -> None:
    assert built.not_passed() == {}


def test_the_stage_of_each_project_and_what_is_stuck(built: Built) -> None:
    found = built.rows(
        "select project_id, project_stage, stage_days, is_stuck from marts.fct_project order by project_id"
    )
    assert found == [
        ("P1", "accepted", 213, True),  # since 1 June; 90 days allowed
        ("P2", "in_implementation", 334, True),  # since 1 February; 300 days allowed
        ("P3", "settled", 183, False),  # forms no asset: settled is the end
        ("P4", "removed", 152, False),
        ("P5", "reserve", 426, False),  # 540 days allowed
    ]


def test_projects_of_the_county_and_its_kinds(built: Built) -> None:
    where = f"where area_id = '{COUNTY}' and period = '2020-12'"
    row = built.row(f"select * from marts.kpi_project_area_month {where} and group_type = 'all'")
    assert (row["project_count"], row["started_count"], row["removed_count"], row["missing_count"]) == (4, 3, 1, 1)
    assert (row["stuck_count"], row["stuck_share"], row["stuck_budget_cny"]) == (2, 0.5, 1500)
    assert (row["accepted_without_asset_count"], row["budget_cny"]) == (1, 1840)
    kinds = built.rows(
        f"select group_id, project_count from marts.kpi_project_area_month {where} and group_type = 'kind' order by 1"
    )
    assert kinds == [("产业类", 2), ("安全饮水类", 1), ("雨露计划", 1)]


def test_hops_of_money(built: Built) -> None:
    found = built.rows(
        "select quota_id, project_id, amount_cny, paid_final_cny, transferred_cny, unpaid_cny, issue_to_split_days,"
        " is_unsplit_too_long, is_split_late, is_unpaid_too_long from marts.fct_money_hop order by 1, 2 nulls last"
    )
    assert found == [
        ("Q1", "P1", 700, 600, 0, 100, 20, False, False, True),
        ("Q1", "P2", 300, 0, 0, 300, 60, False, True, True),
        ("Q1", None, 0, 50, 0, -50, None, False, False, False),  # a payment that names no project
        ("Q2", "P2", 200, 0, 0, 200, 10, False, False, True),
        ("Q2", None, 400, 0, 100, 300, None, True, False, True),
        ("Q3", None, 100, 0, 0, 100, None, False, False, False),  # eleven days old, not arrived
    ]


def test_the_list_of_unpaid_money_holds_the_quotas_and_the_money_of_the_tile_above_it(built: Built) -> None:
    where = f"where area_id = '{COUNTY}' and group_type = 'all' and period = '2020-12'"
    tile = built.row(f"select unpaid_over_limit_count, unpaid_over_limit_cny from marts.kpi_money_hop_month {where}")
    listed = built.rows(
        "select distinct quota_id, quota_unpaid_cny from marts.fct_money_hop where is_unpaid_too_long order by 1"
    )
    assert listed == [("Q1", 350), ("Q2", 200)]
    assert (len(listed), sum(money for _, money in listed)) == tuple(tile.values())


def test_idle_money_of_the_county_by_month(built: Built) -> None:
    where = f"where area_id = '{COUNTY}' and group_type = 'all'"
    row = built.row(f"select * from marts.kpi_money_hop_month {where} and period = '2020-12'")
    assert (row["allocated_cny"], row["split_cny"], row["unsplit_cny"], row["transferred_cny"]) == (
        1700,
        1200,
        500,
        100,
    )
    assert (row["unsplit_over_limit_cny"], row["unsplit_over_limit_count"], row["split_late_count"]) == (400, 1, 1)
    # Q1: 1,000 − 650; Q2: 300 − 100 in a township account, and nothing has reached a final payee.
    assert (row["unpaid_over_limit_cny"], row["unpaid_over_limit_count"], row["nothing_paid_count"]) == (550, 2, 1)
    # (700 × 20 + 300 × 60 + 200 × 10) ÷ 1,200
    assert row["issue_to_split_days"] == pytest.approx(34_000 / 1_200)
    # 400 after 20 days, 200 after 326, 50 after 327
    assert row["arrival_to_payment_days"] == pytest.approx((400 * 20 + 200 * 326 + 50 * 327) / 650)
    assert row["month_of_year_share"] == pytest.approx(250 / 650)
    june = built.row(f"select * from marts.kpi_money_hop_month {where} and period = '2020-06'")
    assert (june["unsplit_over_limit_cny"], june["unpaid_over_limit_cny"]) == (400, 600 + 0)


def test_a_batch_is_judged_by_days_since_arrival(built: Built) -> None:
    row = built.row(
        f"select * from marts.kpi_fund_area_month where area_id = '{COUNTY}' and period = '2020-12'"
        " and fund_scope = 'current_year' and group_id = '文Q1 第一批'"
    )
    assert (row["days_since_arrival"], row["days_bar_share"], row["calendar_bar_share"]) == (355, 0.8, None)


def test_the_trace_names_every_link(built: Built) -> None:
    found = built.rows(
        "select step_name, count(*), sum(amount_cny) from marts.fct_money_trace group by step_name order by step_name"
    )
    assert {name: (count, amount) for name, count, amount in found} == {
        "quota": (3, 1700), "arrived": (2, 1300), "sent_down": (1, 400), "on_the_way": (1, 150),
        "claimed": (2, 650), "split": (3, 1200), "not_split": (2, 500), "contract": (1, 950),
        "paid": (3, 650), "transferred": (1, 100), "unpaid": (6, 950), "asset": (1, 500), "yield_due": (1, 60),
        "yield_paid": (1, 40), "yield_distributed": (1, 30), "households": (1, None),
    }  # fmt: skip


def test_transfers_and_payouts_say_how_long_they_took_or_wait(built: Built) -> None:
    columns = "transferred_cny, document_number, sent_to_received_days, on_the_way_days"
    found = built.rows(f"select {columns} from marts.fct_fund_transfer order by sent_date")
    assert found == [(400, "文Q1", 8, None), (150, "文Q1", None, 20)]
    columns = "requested_cny, open_cny, request_to_payment_days, waiting_days"
    found = built.rows(f"select {columns} from marts.fct_project_payout order by requested_date")
    assert found == [(400, 0, 2, None), (250, 250, None, 30)]


def test_assets_and_the_two_books(built: Built) -> None:
    where = f"where area_id = '{COUNTY}' and period = '2020' and group_type = 'all'"
    row = built.row(f"select * from marts.kpi_asset_area_year {where}")
    assert (row["asset_count"], row["county_managed_count"], row["village_managed_count"]) == (5, 1, 3)
    assert (row["original_value_cny"], row["certified_count"], row["signed_count"]) == (710, 1, 2)
    assert (row["same_count"], row["differs_count"], row["county_only_count"], row["township_only_count"]) == (
        1,
        1,
        1,
        1,
    )
    assert (row["idle_count"], row["idle_value_cny"], row["contract_over_count"]) == (1, 70, 1)
    assert (row["yield_unpaid_cny"], row["yield_paid_share"]) == (20, pytest.approx(40 / 60))


def test_the_report_counts_transfers_as_spent(built: Built) -> None:
    row = built.row("select * from marts.fct_fund_report")
    assert (row["reported_spent_cny"], row["paid_final_cny"], row["spent_difference_cny"]) == (750, 650, 100)
