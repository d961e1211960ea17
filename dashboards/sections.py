"""Sections that several pages are made of: tiles, rows of a table that a release may lack, tables, places and leads.

Belongs here: tiles of a model, rows of a mart or nothing, one heading with its table, the places one level down, lists
of leads below a place. Does not belong here: which figures a page shows, formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import streamlit as st

from dashboards import layout, tables
from dashboards.below import code_stem
from dashboards.cards import Card
from dashboards.data import Row
from dashboards.export import is_hidden
from dashboards.layout import View
from dashboards.tables import Table


def tiles(
    view: View,
    model: str,
    row: Row,
    lines: Mapping[str, Sequence[str]],
    before: Row | None = None,
    *,
    against: str = "",
) -> None:
    """A tile for each column of ``lines``, with the columns that are told below it, all of the model's ``row``.

    ``before`` is the row of the period that ``against`` names; without it no change is told.
    """
    layout.tiles(
        view.words,
        [
            layout.tile(
                view,
                view.cards.card(model, column),
                row,
                before,
                against=against,
                target=[layout.line(view, model, row, each) for each in below],
            )
            for column, below in lines.items()
        ],
    )


def rows(
    view: View, model: str, wanted: Mapping[str, str | bool | tuple[str, ...]], *, order: Sequence[str]
) -> pl.DataFrame:
    """The rows asked for up to the chosen month; a frame without rows or columns when the release lacks the table."""
    if not view.release.has(model):
        return pl.DataFrame()
    found = view.release.rows(model, dict(wanted), order=tuple(order))
    width = len(str(found["period"].max() or view.period))  # a year or a month
    return found.filter(pl.col("period") <= view.period[:width])


def own(view: View, model: str, group: str = "all") -> pl.DataFrame:
    """The place's own rows of one kind of group, period by period."""
    return rows(view, model, {"area_id": view.area.code, "group_type": group}, order=("period", "group_id"))


def told(frame: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """The rows in which at least one of the figures is reported; one that is hidden as small is."""
    known = [column for column in columns if column in frame.columns]
    reported = [pl.col(column).is_not_null() | is_hidden(frame, column) for column in known]
    return frame.filter(pl.any_horizontal(reported)) if known else frame


def below(view: View, model: str, period: str) -> pl.DataFrame:
    """The rows of the places one level down in one period."""
    key = {"parent_area_id": view.area.code, "period": period, "group_type": "all"}
    return rows(view, model, key, order=("area_id",))


def places(
    view: View, model: str, period: str, columns: Sequence[str], *, page: str, title: str, note: str | None = None
) -> Table:
    """The places one level down with the model's figures of one period; a click on a row goes there.

    ``title`` names the table; a page that tells in ``note`` what is compared gets it as heading.
    """
    first = {"area_name": view.words("table.area")}
    shown = table(view, title, below(view, model, period), first, [(model, column) for column in columns])
    tables.drill(view, shown, table_key=page, note=note)
    return shown


def leads(
    view: View, model: str, wanted: Mapping[str, str | bool | tuple[str, ...]], order: Sequence[str]
) -> pl.DataFrame:
    """Rows of a list of households, persons or villages inside the chosen place, with its name in ``place``."""
    found = rows(view, model, wanted, order=order)
    if found.is_empty():
        return found
    areas = view.release.rows("dim_area")
    names = dict(zip(areas["area_code"], map(view.words.place, areas["area_name"]), strict=True))
    inside = found.filter(pl.col("area_code").str.starts_with(code_stem(view.area)))
    return inside.with_columns(place=pl.col("area_code").replace(names))


def table(
    view: View, title: str, frame: pl.DataFrame, first: Mapping[str, str], figures: Sequence[tuple[str, str]]
) -> Table:
    """A table of plain columns and of figures with their cards, as many of them as the frame holds."""
    cards: dict[str, Card | str] = {name: head for name, head in first.items() if name in frame.columns}
    cards |= {column: view.cards.card(model, column) for model, column in figures if column in frame.columns}
    return Table(title, frame, cards)


def titled(
    view: View, name: str, frame: pl.DataFrame, model: str, columns: Sequence[str], *, first: Mapping[str, str]
) -> Table:
    """The heading ``name`` with its note, both words of the catalogue, and a table of the model's figures below."""
    title = view.words(name)
    layout.heading(title, view.words(f"{name}_note"))
    shown = Table(title, frame, {**first, **{column: view.cards.card(model, column) for column in columns}})
    tables.show(view, shown)
    return shown


def show(view: View, note: str, shown: Table) -> list[Table]:
    """A heading with its table, or with the words that there is nothing; what there is to export."""
    layout.heading(shown.title, note)
    if shown.frame.is_empty():
        st.text(view.words("chart.empty"))
        return []
    tables.show(view, shown)
    return [shown]
