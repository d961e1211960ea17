"""资产在谁手里: who manages the assets, certificates and signs, what lies idle, yields, the two books compared."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import layout, sections, state, tables
from dashboards.below import codes_below, with_places
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

ASSETS, LIST = "kpi_asset_area_year", "fct_asset"
MANAGED = tuple(f"{level}_managed_count" for level in ("county", "township", "village", "household"))
CLASSES = ("operating_count", "public_count", "to_household_count")
MARKS = ("certified_count", "signed_count", "without_project_count")
IDLE = ("idle_count", "idle_share", "idle_value_cny", "damaged_count")
CONTRACTS = ("contract_over_count", "contract_missing_count")
YIELDS = ("yield_due_cny", "yield_paid_cny", "yield_unpaid_cny", "yield_distributed_cny")
YIELD_SHARES = ("yield_paid_share", "yield_distributed_share", "yield_unpaid_count", "yield_undistributed_count")
BOOKS = ("same_count", "differs_count", "county_only_count", "township_only_count")
WHOLE = ("asset_count", "original_value_cny")
YEARLY = (*WHOLE, *MARKS, *IDLE, *YIELDS, *BOOKS)
LISTS = {
    "idle": pl.col("is_idle") | pl.col("is_damaged"),
    "contract": pl.col("is_contract_over") | pl.col("is_contract_missing"),
    "yield": pl.col("is_yield_unpaid") | pl.col("is_yield_undistributed"),
    "books": pl.col("book_status").is_in(["differs", "county_only", "township_only"]),
}


def body(view: View) -> None:
    """The year's ledger by level and class, the places below, the books, the lists of what needs somebody."""
    words, release = view.words, view.release
    years = release.rows(ASSETS, {"area_id": view.area.code, "group_type": "all"}, order=("period",))
    known = [year for year in years["period"].to_list() if year <= view.period[:4]]
    if not known:
        layout.answer(words("assets.none", place=view.area.name, year=words.month(view.period[:4])))
        return
    year = state.get("year", known, known[-1])
    key = {"area_id": view.area.code, "period": year, "group_type": "all"}
    row = release.first(ASSETS, key)
    _answer(view, row)
    state.select("year", words("choice.year"), tuple(reversed(known)), known[-1], words.month)
    shown = [
        _groups(view, year, "management"),
        _groups(view, year, "class"),
        sections.titled(view, "assets.years", years, ASSETS, YEARLY, first={"period": words("choice.year")}),
        _below(view, year),
    ]
    shown += _lists(view, str(row.get("ledger_period") or ""))
    columns = (*WHOLE, *MANAGED, *CLASSES, *MARKS, *IDLE, *CONTRACTS, *YIELDS, *YIELD_SHARES, *BOOKS)
    figures = [(ASSETS, column) for column in columns]
    layout.changes(view, [(ASSETS, column, key) for column in columns])
    layout.definitions(view, figures, [words("assets.remark"), words("assets.books_remark")])
    tables.downloads(view, "assets", shown, figures)


def _answer(view: View, row: Row) -> None:
    words, cards = view.words, view.cards
    levels = {name.removesuffix("_managed_count"): words.count(row.get(name)) for name in MANAGED}
    layout.answer(
        words(
            "assets.answer",
            place=view.area.name,
            year=words.month(row.get("period")),
            assets=words.count(row.get("asset_count")),
            value=words.money(row.get("original_value_cny")),
            idle=words.count(row.get("idle_count")),
            paid=cards.card(ASSETS, "yield_paid_share").show(row.get("yield_paid_share"), words),
            distributed=cards.card(ASSETS, "yield_distributed_share").show(row.get("yield_distributed_share"), words),
            **levels,
        )
    )
    lines = {
        "asset_count": MANAGED,
        "original_value_cny": CLASSES,
        "signed_count": ("certified_count",),
        "idle_count": ("idle_share", "idle_value_cny", "contract_over_count"),
        "yield_due_cny": ("yield_paid_cny", "yield_distributed_cny"),
    }
    sections.tiles(view, ASSETS, row, lines)


def _groups(view: View, year: str, group: str) -> Table:
    key = {"area_id": view.area.code, "period": year, "group_type": group}
    frame = tables.in_order(view.release.rows(ASSETS, key, order=("group_id",)), "group_id", f"asset_{group}")
    frame = frame.with_columns(group=tables.named(frame["group_id"], f"asset_{group}", view.words))
    columns = (*WHOLE, *MARKS, *IDLE, *CONTRACTS, *YIELDS, *BOOKS)
    first = {"group": view.words(f"assets.{group}")}
    return sections.titled(view, f"assets.by_{group}", frame, ASSETS, columns, first=first)


def _below(view: View, year: str) -> Table:
    columns = (*WHOLE, *MANAGED, *MARKS, *IDLE, *CONTRACTS, *YIELDS, *YIELD_SHARES[:2], *BOOKS)
    return sections.places(view, ASSETS, year, columns, page="assets", title=view.words("assets.places"))


def _lists(view: View, ledger: str) -> list[Table]:
    """Assets that need somebody, at most once in each list; a village's keeper finds them by number and name."""
    words, release = view.words, view.release
    below = codes_below(release, view.area.code)
    frame = with_places(release, release.rows(LIST, {"period": ledger, "area_code": below}, order=("asset_id",)))
    for column, prefix in (
        ("management_level", "asset_management"),
        ("asset_class", "asset_class"),
        ("book_status", "asset_book"),
    ):
        frame = frame.with_columns(tables.named(frame[column], prefix, words).alias(f"{column}_word"))
    plain = ("asset_id", "asset_name", "area_name", "asset_class_word", "management_level_word", "use_state")
    late = ("book_status_word", "operator_name", "contract_end_date", "project_id")
    money = ("original_value_cny", "township_value_cny", "yield_due_cny", "yield_paid_cny", "yield_distributed_cny")
    columns: dict[str, Card | str] = {column: words(f"assets.{column}") for column in plain}
    columns |= {column: view.cards.card(LIST, column) for column in money}
    columns |= {c: words(f"assets.{c}") for c in late}
    shown = []
    for name, condition in LISTS.items():
        part = frame.filter(condition)
        title = words(f"assets.list_{name}", count=part.height)
        layout.heading(title, words(f"assets.list_{name}_note"))
        table = Table(title, part, columns)
        if part.is_empty():
            st.text(words("assets.empty"))
        else:
            tables.show(view, table)
        shown.append(table)
    return shown


layout.page("assets", body, periods_of="kpi_fund_area_month")
