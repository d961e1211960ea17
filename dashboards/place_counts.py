"""Counts of listed households by place for sentences and strata, with the same cells hidden as in a table of figures.

Belongs here: adding rows with an ``area_code`` up over all places of a release, and hiding what is small among them.
Does not belong here: which rows count (each page), the choice of hidden cells (``small_cells.py``), how they look.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from dashboards import small_cells
from dashboards.below import DIGITS
from dashboards.data import Release, Row, with_hidden

ALL = "all"


def of_places(
    release: Release, model: str, rows: pl.DataFrame, counted: Mapping[str, pl.Expr], *, group: str = ""
) -> pl.DataFrame:
    """One row a place of the release: how many of ``rows`` in it or below it fulfil each condition of ``counted``.

    With ``group``, a column of ``rows``, also one row a place and value found there (``group_type``, ``group_id``).
    All places are counted whatever a reader has chosen: what is hidden in a village must not follow from its township.
    Names of counts of households end in ``_household_count``; sums among them stand in ``sums.py`` under ``model``.
    """
    names = list(counted)
    flags = [condition.cast(pl.Int64).fill_null(0).alias(name) for name, condition in counted.items()]
    groups = pl.col(group).alias("group_id") if group else pl.lit(ALL).alias("group_id")
    kept = rows.select("area_code", groups, *flags)
    places = pl.DataFrame(
        {
            "area_id": [area.code for area in release.areas],
            "area_level": [area.level for area in release.areas],
            "parent_area_id": [area.parent for area in release.areas],
        },
        schema=dict.fromkeys(("area_id", "area_level", "parent_area_id"), pl.String),
    )
    found = []
    for level, digits in DIGITS.items():
        here = places.filter(pl.col("area_level") == level)
        at = kept.with_columns(area_id=pl.col("area_code").str.head(digits).str.pad_end(12, "0"))
        whole = here.join(at.group_by("area_id").agg(pl.col(names).sum()), on="area_id", how="left")
        whole = whole.with_columns(pl.col(names).fill_null(0), group_type=pl.lit(ALL), group_id=pl.lit(ALL))
        found.append(whole)
        if group:
            parts = here.join(at.group_by("area_id", "group_id").agg(pl.col(names).sum()), on="area_id")
            found.append(parts.with_columns(group_type=pl.lit(group)).select(whole.columns))
    frame = pl.concat(found).sort("group_type", "area_id", "group_id")
    return small_cells.hide(model, frame, release.cards, release.small_cell, {}) if release.small_cell else frame


def of_place(counts: pl.DataFrame, area_code: str) -> Row:
    """The counts of one place, hidden ones saying that they are; every count null where the release lacks the place."""
    rows = counts.filter((pl.col("area_id") == area_code) & (pl.col("group_type") == ALL))
    return with_hidden(rows.row(0, named=True)) if rows.height else dict.fromkeys(counts.columns)
