"""抽查谁: a stratified sample with its seed, the list for the car, and what our own mock assessments found."""

from __future__ import annotations

import polars as pl
import streamlit as st

from dashboards import layout, place_counts, state, tables
from dashboards.cards import Card
from dashboards.data import Release
from dashboards.export import is_hidden
from dashboards.layout import View
from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.tables import Table
from pipelines.sampling import STRATUM, Drawing, draw, population

RATES, MOCK = "kpi_assessment_area_year", "模拟考核"
COUNTS, EXITED, KIND = "sample_strata", "exited_household_count", "stratum"
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
    drawing, exited = draw(people, size, seed), _counts(release)
    _answer(view, people, drawing, exited)
    strata, route = _without_small_cells(drawing, exited, view.area.code)
    titles = {"sample": drawing.sample, "route": route, "strata": strata}
    shown = []
    for name, frame in titles.items():
        columns = {column: words(f"sample.{column}") for column in frame.columns if column != HIDDEN_COLUMNS}
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


def _answer(view: View, people: pl.DataFrame, drawing: Drawing, exited: pl.DataFrame) -> None:
    words = view.words
    row = place_counts.of_place(exited, view.area.code)
    is_all = drawing.sample.height == people.height  # then its size says how many there are
    counts = {
        "population": words.count(row[EXITED]),
        "size": words.count(row[EXITED] if is_all else drawing.sample.height),
        "strata": words.count(drawing.strata.height),
        "villages": words.count(drawing.route.height),
    }
    layout.answer(words("sample.answer", place=view.area.name, seed=drawing.seed, **counts))
    tables.hidden_note(view, row)


def _stratum() -> pl.Expr:
    return pl.concat_str([pl.col(column).cast(pl.String).fill_null("") for column in STRATUM], separator="|")


def _counts(release: Release) -> pl.DataFrame:
    """Exited households of every place and stratum, small cells hidden over all places at once."""

    def make() -> pl.DataFrame:
        everybody = population(release.rows("dim_household"), release.rows("dim_area"), release.home.code)
        counted = {EXITED: pl.lit(value=True)}
        return place_counts.of_places(
            release, COUNTS, everybody.with_columns(_stratum().alias(KIND)), counted, group=KIND
        )

    return release.remembered(COUNTS, make)


def _without_small_cells(drawing: Drawing, exited: pl.DataFrame, area_code: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Strata and route with what is small hidden: a draw of a hidden number of households says something of it."""
    small = exited.filter(is_hidden(exited, EXITED))
    strata = small.filter((pl.col("group_type") == KIND) & (pl.col("area_id") == area_code))["group_id"]
    villages = small.filter(pl.col("group_type") == place_counts.ALL)["area_id"]
    return (
        _starred(drawing.strata, _stratum().is_in(strata.implode()), ("household_count", "drawn_count")),
        _starred(drawing.route, pl.col("area_code").is_in(villages.implode()), ("household_count",)),
    )


def _starred(frame: pl.DataFrame, which: pl.Expr, columns: tuple[str, ...]) -> pl.DataFrame:
    """``frame`` with these columns hidden in the rows of ``which``, as ``small_cells`` hides them."""
    marked = frame.with_columns(
        pl.when(which).then(pl.concat_list([pl.lit(column) for column in columns])).alias(HIDDEN_COLUMNS)
    )
    is_small = pl.col(HIDDEN_COLUMNS).is_not_null()
    return marked.with_columns(pl.when(~is_small).then(pl.col(column)).alias(column) for column in columns)


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
