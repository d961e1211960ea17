"""退得准不准: exits item by item, the rates of assessments against their bars, the dates of the county's exit."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import layout, sections, single_households, state, tables
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.layout import View
from dashboards.tables import Table

CHECKS = "kpi_exit_check_area_year"
RATES = "kpi_assessment_area_year"
ITEMS, ASSESSMENTS = "fct_exit_check", "fct_assessment"
LEVELS = ("household", "village", "township", "county")
MEASURES = (
    "due",
    "checked",
    "complete",
    "passed",
    "failed",
    "contradicted",
    "failed_before",
    "spot_checked",
    "not_signed",
)
RATE_FIGURES = ("sample_count", "problem_count", "rate_share", "lower_bound", "upper_bound", "rate_bar_share")
LISTED = 2000


def body(view: View) -> None:
    """Who was to be checked and passed, by item; rates with bar and interval; the dates; what does not fit."""
    words, release = view.words, view.release
    if not release.has(CHECKS):
        layout.answer(words("exit_check.none", place=view.area.name))
        return
    whole = release.rows(CHECKS, {"area_id": view.area.code, "group_id": "all"}, order=("period",))
    known = sorted({year for year in whole["period"].to_list() if year <= view.period[:4]})
    if not known:
        layout.answer(words("exit_check.none", place=view.area.name))
        return
    year = state.get("year", known, known[-1])
    level = state.get("level", LEVELS, LEVELS[0])
    row = release.first(
        CHECKS, {"area_id": view.area.code, "period": year, "group_type": "household", "group_id": "all"}
    )
    _answer(view, row, year)
    layout.heading(words("exit_check.items"), words("exit_check.items_note"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        state.switch("level", words("exit_check.level"), LEVELS, LEVELS[0], lambda name: words(f"exit_check.{name}"))
        state.select("year", words("choice.year"), tuple(reversed(known)), year, words.month)
    shown = [*_items(view, year, level), _rates(view), _steps(view), _odd(view, year), _below(view, year)]
    figures = [(CHECKS, column) for column in _columns("household")] + [(RATES, column) for column in RATE_FIGURES]
    key = {"area_id": view.area.code, "period": year, "group_type": "household", "group_id": "all"}
    layout.changes(view, [(CHECKS, column, key) for column in _columns("household")])
    layout.definitions(view, figures, [words("exit_check.remark")])
    tables.downloads(view, "exit_check", shown, figures)


def _columns(level: str) -> tuple[str, ...]:
    kind = "household" if level == "household" else "place"
    return (*(f"{measure}_{kind}_count" for measure in MEASURES), f"checked_{kind}_share", f"passed_{kind}_share")


def _answer(view: View, row: Row, year: str) -> None:
    words = view.words
    named = {name: words.count(row.get(f"{name}_household_count")) for name in MEASURES}
    layout.answer(words("exit_check.answer", place=view.area.name, year=words.month(year), **named))
    lines = {
        "checked_household_share": ("due_household_count", "checked_household_count"),
        "passed_household_share": ("passed_household_count", "complete_household_count"),
        "failed_household_count": ("failed_before_household_count",),
        "contradicted_household_count": ("not_signed_household_count",),
    }
    sections.tiles(view, CHECKS, row, lines)


def _items(view: View, year: str, level: str) -> tuple[Table, Table]:
    """All years as a whole, and the items of the chosen year."""
    words, release = view.words, view.release
    cards: dict[str, Card | str] = {column: view.cards.card(CHECKS, column) for column in _columns(level)}
    key = {"area_id": view.area.code, "group_type": level}
    rows = release.rows(CHECKS, key | {"period": year}, order=("group_id",)).filter(pl.col("group_id") != "all")
    item = "item_name" if words.language == "zh" else "item_name_en"
    single = {
        column: card for column, card in cards.items() if not column.startswith(("due", "complete", "not_signed"))
    }
    single.pop("checked_household_share" if level == "household" else "checked_place_share", None)
    by_item = Table(words("exit_check.items"), rows, {item: words("exit_check.item")} | single)
    if rows.is_empty():
        st.text(words("chart.empty"))
    else:
        tables.show(view, by_item)
    years = release.rows(CHECKS, key | {"group_id": "all"}, order=("period",))
    history = Table(words("exit_check.years"), years, {"period": words("choice.year")} | cards)
    layout.heading(words("exit_check.years"))
    tables.show(view, history)
    return by_item, history


def _rates(view: View) -> Table:
    words, release = view.words, view.release
    layout.heading(words("exit_check.rates"), words("exit_check.rates_note"))
    rows = release.rows(RATES, {"area_id": view.area.code}, order=("period", "group_type", "group_id"))
    rows = rows.filter(pl.col("period") <= view.period[:4])
    rows = rows.with_columns(
        kind=tables.named(rows["group_type"], "assessment_kind", words),
        measure=tables.named(rows["group_id"], "assessment_measure", words),
        verdict=pl.when(pl.col("is_barred"))
        .then(pl.lit(words("exit_check.barred")))
        .when(pl.col("is_barred").is_null())
        .then(pl.lit("—"))
        .when(pl.col("is_certainly_clear").is_null() | pl.col("is_certainly_clear"))
        .then(pl.lit(words("exit_check.clear")))
        .otherwise(pl.lit(words("exit_check.unsure"))),
    )
    first: dict[str, Card | str] = {
        "period": words("choice.year"),
        "kind": words("exit_check.kind"),
        "measure": words("exit_check.measure"),
        "assessed_date": words("exit_check.day"),
    }
    figures: dict[str, Card | str] = {column: view.cards.card(RATES, column) for column in RATE_FIGURES}
    table = Table(words("exit_check.rates"), rows, first | figures | {"verdict": words("exit_check.verdict")})
    tables.show(view, table)
    return table


def _steps(view: View) -> Table:
    """The steps of the exit of the county that the place is or lies in."""
    words, release = view.words, view.release
    counties = [area.code for area in release.path(view.area.code) if area.level == "county"]
    rows = release.rows(ASSESSMENTS, {"area_code": tuple(counties) or ("",)}, order=("exit_step", "started_date"))
    rows = rows.filter(pl.col("exit_step").is_not_null()).unique("exit_step", keep="first", maintain_order=True)
    rows = rows.with_columns(step=tables.named(rows["assessment_kind"], "assessment_kind", words))
    layout.heading(words("exit_check.steps"), words("exit_check.steps_note"))
    columns = {
        "step": words("exit_check.step"),
        "started_date": words("exit_check.from"),
        "ended_date": words("exit_check.to"),
        "days_since_step_before": words("exit_check.days"),
        "assessor": words("exit_check.assessor"),
    }
    table = Table(words("exit_check.steps"), rows, columns)
    tables.show(view, table)
    return table


def _odd(view: View, year: str) -> Table:
    """Items that failed at their last check, or were ticked against their value, in the place and below it."""
    words, release = view.words, view.release
    inside = {view.area.code}
    for _ in range(3):
        inside |= {area.code for area in release.areas if area.parent in inside}
    rows = release.rows(ITEMS, {"check_year": int(year)}, order=("area_code", "object_id", "item_code"))
    rows = rows.filter((~pl.col("is_passed") | pl.col("is_contradicted")) & pl.col("area_code").is_in(sorted(inside)))
    if not single_households.are_open():
        rows = rows.filter(pl.col("household_key").is_null())  # items of places concern nobody alone
    names = {area.code: area.name for area in release.areas}
    item = "item_name" if words.language == "zh" else "item_name_en"
    rows = rows.with_columns(
        place=pl.col("area_code").replace(names),
        finding=pl.when(pl.col("is_contradicted"))
        .then(pl.lit(words("exit_check.contradicted")))
        .otherwise(pl.lit(words("exit_check.failed"))),
    ).head(LISTED)
    layout.heading(words("exit_check.odd"), words("exit_check.odd_note"))
    household = {"household_key": words("exit_check.household_key")}
    if not single_households.are_open():
        layout.paragraph(single_households.notice(words), quiet=True)
        household = {}
    columns = {
        "place": words("table.area"),
        **household,
        item: words("exit_check.item"),
        "finding": words("exit_check.finding"),
        "reported_value": words("exit_check.value"),
        "threshold": words("exit_check.threshold"),
        "unit_name": words("exit_check.unit"),
        "checked_date": words("exit_check.day"),
        "checked_by": words("exit_check.by"),
    }
    table = Table(words("exit_check.odd"), rows, columns)
    tables.show(view, table)
    return table


def _below(view: View, year: str) -> Table:
    key = {"parent_area_id": view.area.code, "period": year, "group_type": "household", "group_id": "all"}
    rows = view.release.rows(CHECKS, key, order=("area_id",))
    columns: dict[str, Card | str] = {"area_name": view.words("table.area")}
    columns |= {column: view.cards.card(CHECKS, column) for column in _columns("household")}
    table = Table(view.words("exit_check.name"), rows, columns)
    tables.drill(view, table, table_key="exit_check")
    return table


layout.page("exit_check", body, periods_of="kpi_register_bridge_area_month")
