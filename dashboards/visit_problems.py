"""Problems found on visits and still open: those of yesterday and of the last seven days first.

Belongs here: the list below a place and its counts. Does not belong here: what counts as open, yesterday or followed
(columns of ``fct_visit_problem``), the rest of the page on helpers.
"""

from __future__ import annotations

import datetime as dt

import polars as pl
import streamlit as st

from dashboards import below, layout, single_households, tables
from dashboards.layout import View
from dashboards.tables import Table

MODEL, VISITS = "fct_visit_problem", "fct_visit"
LISTED = 500
SHOWN = (
    *("when", "found_date", "open_days", "problem_kind", "place", "household_key", "unit_name", "follow_up"),
    *("lead_opened_date", "lead_state", "measure_date", "measure_kind", "source_row"),
)


def show(view: View) -> list[Table]:
    """The section with its counts; no table when no visits were ever told."""
    words, release = view.words, view.release
    told = release.rows(MODEL)["as_of_date"].max() if release.has(MODEL) else None
    if not isinstance(told, dt.date):
        layout.heading(words("visit_problems.title"))
        came = release.has(MODEL) and not release.rows(VISITS).is_empty()
        layout.paragraph(words("visit_problems.nothing" if came else "visit_problems.none"))
        return []
    rows = _here(view)
    days = {"day": words.day(told), "yesterday": words.day(told - dt.timedelta(days=1))}
    layout.heading(words("visit_problems.title"), words("visit_problems.note", **days))
    counts = {
        name: words.count(rows.filter(which).height)
        for name, which in {
            "yesterday": pl.col("is_yesterday"),
            "yesterday_open": pl.col("is_yesterday") & pl.col("is_open"),
            "week": pl.col("is_last_week"),
            "week_open": pl.col("is_last_week") & pl.col("is_open"),
            "open": pl.col("is_open"),
        }.items()
    }
    layout.paragraph(words("visit_problems.count", **counts))
    still = rows.filter("is_open")
    if still.is_empty():
        st.text(words("visit_problems.nothing"))
        return []
    table = _table(view, still)
    tables.show(view, table)
    if still.height > LISTED and single_households.are_open():
        layout.paragraph(words("visit_problems.more", rows=LISTED), quiet=True)
    return [table]


def _here(view: View) -> pl.DataFrame:
    """The problems of the place; those of households that no register lists stand with the whole county."""
    rows = view.release.rows(MODEL, order=("found_date", "problem_id"))
    inside = pl.col("area_code").is_in(below.codes_below(view.release, view.area.code))
    if view.area.code == view.release.home.code:
        inside = inside | pl.col("area_code").is_null()
    return below.with_places(view.release, rows.filter(inside))


def _table(view: View, rows: pl.DataFrame) -> Table:
    words = view.words
    when = (
        pl.when("is_yesterday")
        .then(pl.lit(words("visit_problems.yesterday")))
        .when("is_last_week")
        .then(pl.lit(words("visit_problems.week")))
        .otherwise(pl.lit(words("visit_problems.earlier")))
    )
    named = rows.with_columns(
        when=when,
        place=pl.col("area_name").fill_null(words("visit_problems.outside")),
        problem_kind=tables.named(rows["problem_kind"], "visit_problem_kind", words),
        follow_up=tables.named(rows["follow_up"], "visit_follow_up", words),
        lead_state=tables.named(rows["lead_state"], "lead_state", words),
    )
    newest = named.sort("found_date", "problem_id", descending=[True, False]).head(LISTED)
    heads = {name: words(f"visit_problems.{name}") for name in SHOWN}
    return Table(words("visit_problems.title"), newest.select(SHOWN), heads)
