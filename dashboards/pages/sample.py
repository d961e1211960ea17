"""抽查谁: a stratified sample with its seed, the list for the car, and what our own mock assessments found."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import layout, state, tables
from dashboards.cards import Card
from dashboards.layout import View
from dashboards.tables import Table
from pipelines.sampling import draw, population

RATES, MOCK = "kpi_assessment_area_year", "模拟考核"
SIZES = ("20", "50", "100", "200", "400")
SEEDS = tuple(map(str, range(1, 101)))
RATE_FIGURES = ("sample_count", "problem_count", "rate_share", "lower_bound", "upper_bound", "rate_bar_share")


def body(view: View) -> None:
    """Size and seed, the households in the car's order, the strata, and the rates of the own mock."""
    words, release = view.words, view.release
    layout.heading(words("sample.draw"), words("sample.draw_note"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        size = int(state.select("size", words("sample.size"), SIZES, SIZES[1], str))
        seed = int(state.select("seed", words("sample.seed"), SEEDS, SEEDS[0], str))
    known = release.has("dim_household")
    people = population(release.rows("dim_household"), release.rows("dim_area"), view.area.code) if known else None
    if people is None or people.is_empty():
        layout.answer(words("sample.none", place=view.area.name))
        return
    drawing = draw(people, size, seed)
    counts = {
        "population": words.count(people.height),
        "size": words.count(drawing.sample.height),
        "strata": words.count(drawing.strata.height),
        "villages": words.count(drawing.route.height),
    }
    layout.answer(words("sample.answer", place=view.area.name, seed=seed, **counts))
    titles = {"sample": drawing.sample, "route": drawing.route, "strata": drawing.strata}
    shown = []
    for name, frame in titles.items():
        columns = {column: words(f"sample.{column}") for column in frame.columns}
        table = Table(words(f"sample.title_{name}"), _worded(frame, view), columns)
        layout.heading(table.title)
        tables.show(view, table)
        shown.append(table)
    mock, figures = _mock(view), []
    if mock is not None:
        shown.append(mock)
        figures = [(RATES, column) for column in RATE_FIGURES]
        layout.definitions(view, figures, [words("sample.remark")])
    tables.downloads(view, "sample", shown, figures)


def _worded(frame: pl.DataFrame, view: View) -> pl.DataFrame:
    if "village_kind" not in frame.columns:
        return frame
    return frame.with_columns(village_kind=tables.named(frame["village_kind"], "village_kind", view.words))


def _mock(view: View) -> Table | None:
    """Missed, wrong exits and approval as our own mock assessments found them, year by year."""
    words, release = view.words, view.release
    if not release.has(RATES):
        return None
    layout.heading(words("sample.mock"), words("sample.mock_note"))
    rows = release.rows(RATES, {"area_id": view.area.code, "group_type": MOCK}, order=("period", "group_id"))
    rows = rows.with_columns(measure=tables.named(rows["group_id"], "assessment_measure", words))
    first: dict[str, Card | str] = {"period": words("choice.year"), "measure": words("exit_check.measure")}
    figures: dict[str, Card | str] = {column: view.cards.card(RATES, column) for column in RATE_FIGURES}
    table = Table(words("sample.mock"), rows, first | figures)
    tables.show(view, table)
    return table


layout.page("sample", body, periods_of="kpi_register_bridge_area_month")
