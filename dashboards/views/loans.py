"""哪些贷款快到期、逾期了: loans outstanding, due soon, overdue, renewed, without use, and what the risk fund holds."""

from __future__ import annotations

import polars as pl

from dashboards import layout, sections, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL, LOANS = "kpi_loan_area_month", "fct_small_loan"
STOCK = (
    "granted_loan_count",
    "borrower_household_count",
    "granted_cny",
    "outstanding_loan_count",
    "outstanding_household_count",
    "outstanding_cny",
)
DUE = (
    "due_soon_loan_count",
    "due_soon_household_count",
    "due_soon_cny",
    "overdue_loan_count",
    "overdue_household_count",
    "overdue_cny",
    "overdue_share",
    "extended_loan_count",
    "renewal_loan_count",
)
USE = (
    "no_use_household_count",
    "no_industry_household_count",
    "passed_on_household_count",
    "contradicted_loan_count",
    "interest_subsidy_cny",
    "risk_compensation_cny",
    "risk_fund_cny",
)
TILES = {
    "outstanding_cny": ("outstanding_household_count", "outstanding_loan_count"),
    "due_soon_household_count": ("due_soon_loan_count", "due_soon_cny"),
    "overdue_household_count": ("overdue_loan_count", "overdue_cny", "overdue_share"),
    "no_industry_household_count": ("no_use_household_count", "passed_on_household_count"),
    "risk_fund_cny": ("risk_compensation_cny",),
}
LISTS = {
    "due": "is_due_soon",
    "late": "is_overdue",
    "odd": "is_status_contradicted",
    "moved": "is_passed_on",
}
COLUMNS = (
    "place",
    "household_key",
    "bank_name",
    "loan_purpose",
    "loan_status",
    "balance_cny",
    "due_date",
    "days_to_due",
)


def body(view: View) -> None:
    """The answer of the newest ledger, tiles, stocks, what falls due, use, banks, places and the lists to call on."""
    words = view.words
    ledgers = sections.own(view, MODEL)
    if ledgers.is_empty():
        layout.answer(words("loans.none", place=view.area.name))
        return
    period = str(ledgers["period"].max())
    _answer(view, period)
    shown: list[Table] = []
    for name, columns in (("stock", STOCK), ("falling", DUE), ("use", USE)):
        figures = [(MODEL, column) for column in columns]
        table = sections.table(view, words(f"loans.{name}"), ledgers, {"period": words("choice.period")}, figures)
        shown += sections.show(view, words(f"loans.{name}_note"), table)
    figures = [(MODEL, column) for column in (*STOCK, *DUE[:7])]
    for group in ("bank", "use_mode"):
        key = {"area_id": view.area.code, "group_type": group, "period": period}
        found = sections.rows(view, MODEL, key, order=("group_id",))
        found = found.filter(pl.col("granted_loan_count").fill_null(1) > 0)
        found = found.with_columns(group=tables.named(found["group_id"], "loans_group", words))
        table = sections.table(view, words(f"loans.{group}"), found, {"group": words(f"loans.{group}")}, figures)
        shown += sections.show(view, "", table)
    places = sections.below(view, MODEL, period)
    figures = [(MODEL, column) for column in (*STOCK[3:], *DUE, *USE[:4])]
    table = sections.table(view, words("loans.places"), places, {"area_name": words("table.area")}, figures)
    tables.drill(view, table, table_key="loans", note="")
    shown += [table, *_lists(view, period)]
    figures = [(MODEL, column) for column in (*STOCK, *DUE, *USE)]
    layout.definitions(view, figures, [words("loans.remark")])
    tables.downloads(view, "loans", shown, figures)


def _answer(view: View, period: str) -> None:
    words = view.words
    row = view.release.first(MODEL, {"area_id": view.area.code, "period": period, "group_type": "all"})
    counts = {
        name: words.count(row.get(column))
        for name, column in {
            "households": "outstanding_household_count",
            "due": "due_soon_household_count",
            "late": "overdue_household_count",
            "idle": "no_industry_household_count",
        }.items()
    }
    balance = words.money(row.get("outstanding_cny"))
    layout.answer(words("loans.answer", place=view.area.name, month=words.month(period), balance=balance, **counts))
    sections.tiles(view, MODEL, row, TILES)


def _lists(view: View, period: str) -> list[Table]:
    """Loans to call on: due soon by day, overdue, status against the dates, passed on to firms."""
    words = view.words
    found = sections.leads(view, LOANS, {"period": period}, ("due_date", "loan_number"))
    first = {column: words(f"loans_list.{column}") for column in COLUMNS}
    shown: list[Table] = []
    for name, flag in LISTS.items():
        chosen = found if found.is_empty() else found.filter(pl.col(flag))
        table = sections.table(view, words(f"loans.{name}"), chosen, first, [])
        shown += sections.show(view, words(f"loans.{name}_note"), table)
    return shown


layout.page("loans", body, periods_of="kpi_register_bridge_area_month")
