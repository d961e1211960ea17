"""Sections that several pages are made of: the rows of a table that a release may lack, as heading, table and leads.

Belongs here: rows of a mart or nothing, one heading with its table, lists of leads below a place. Does not belong here:
which figures a page shows, formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
import streamlit as st

from dashboards import layout, tables
from dashboards.below import DIGITS
from dashboards.cards import Card
from dashboards.layout import View
from dashboards.tables import Table


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
    """The rows in which at least one of the figures is reported."""
    known = [column for column in columns if column in frame.columns]
    return frame.filter(pl.any_horizontal(pl.col(column).is_not_null() for column in known)) if known else frame


def below(view: View, model: str, period: str) -> pl.DataFrame:
    """The rows of the places one level down in one period."""
    key = {"parent_area_id": view.area.code, "period": period, "group_type": "all"}
    return rows(view, model, key, order=("area_id",))


def leads(
    view: View, model: str, wanted: Mapping[str, str | bool | tuple[str, ...]], order: Sequence[str]
) -> pl.DataFrame:
    """Rows of a list of households, persons or villages inside the chosen place, with its name in ``place``."""
    found = rows(view, model, wanted, order=order)
    if found.is_empty():
        return found
    areas = view.release.rows("dim_area")
    names = dict(zip(areas["area_code"], map(view.words.place, areas["area_name"]), strict=True))
    inside = found.filter(pl.col("area_code").str.starts_with(view.area.code[: DIGITS[view.area.level]]))
    return inside.with_columns(place=pl.col("area_code").replace(names))


def table(
    view: View, title: str, frame: pl.DataFrame, first: Mapping[str, str], figures: Sequence[tuple[str, str]]
) -> Table:
    """A table of plain columns and of figures with their cards, as many of them as the frame holds."""
    cards: dict[str, Card | str] = {name: head for name, head in first.items() if name in frame.columns}
    cards |= {column: view.cards.card(model, column) for model, column in figures if column in frame.columns}
    return Table(title, frame, cards)


def show(view: View, note: str, shown: Table) -> list[Table]:
    """A heading with its table, or with the words that there is nothing; what there is to export."""
    layout.heading(shown.title, note)
    if shown.frame.is_empty():
        st.text(view.words("chart.empty"))
        return []
    tables.show(view, shown)
    return [shown]
