"""Small cells of a list whose rows make up a place's row of a mart: hidden together, for one follows from the other.

Belongs here: a list beside its mart. Does not belong here: which lists these are (``sums.py``), lists that add up to
nothing that is shown (``small_cells.hide_listed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.small_cells import HIDDEN_COLUMNS, hide, hide_listed
from dashboards.sums import LISTS, SUMS

_GROUP, _LISTED, _COUNTY_DIGITS, _DIGITS = "listed", " listed", 6, 12
_KEY_OF_A_PLACE = ("method_version", "area_level", "area_name")


def mart_of(table: str) -> str:
    """The mart that a list makes up; any other table itself."""
    return next((model for model, (listed, _) in LISTS.items() if listed == table), table)


def list_of(model: str) -> str | None:
    """The list whose rows make up rows of a mart, if there is one."""
    return LISTS[model][0] if model in LISTS else None


def hide_with_list(
    model: str,
    frame: pl.DataFrame,
    listed: pl.DataFrame,
    cards: Mapping[str, Mapping[str, Any]],
    *,
    small_cell: int,
    beside: Mapping[str, pl.DataFrame],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The mart and its list (all rows of both) as ``small_cells.hide`` hides them.

    A reader can take what is listed of a county from its total: what is on no row of the list is hidden like a row.
    """
    counted = LISTS[model][1]
    key = [name for name in _KEY_OF_A_PLACE if name in frame.columns]
    rows = listed.select(
        "period",
        pl.col("area_code").str.head(_COUNTY_DIGITS).str.pad_end(_DIGITS, "0").alias("area_id"),
        *(pl.col(column).alias(total) for column, total in counted.items()),
    )
    places = frame.filter(pl.col("group_type") == "all").select("period", "area_id", *key, *counted.values())
    places = places.unique(["period", "area_id"], keep="last", maintain_order=True)
    wholes, rests = _with_rests(rows, places, list(counted.values()))
    rows = rows.join(
        wholes.select("period", "area_id", *key), on=["period", "area_id"], how="left", maintain_order="left"
    )
    below = pl.concat([rows, rests.select(rows.columns)], how="vertical_relaxed")
    # Each a place of its own below its county's row of the group "listed", which is the county's row of all once more.
    below = below.with_columns(
        pl.col("area_id").alias("parent_area_id"), pl.format("listed {}", pl.int_range(pl.len())).alias("area_id")
    )
    group = {"group_type": pl.lit(_GROUP), "group_id": pl.lit(_GROUP)}
    added = [one.with_columns(**group) for one in (below, wholes.with_columns(parent_area_id=None))]
    shown = hide(model, pl.concat([frame, *added], how="diagonal_relaxed"), cards, small_cell, beside)
    return shown.head(frame.height), _under_own_names(listed, shown.slice(frame.height, listed.height), counted)


def hide_alone(model: str, listed: pl.DataFrame, small_cell: int) -> pl.DataFrame:
    """The list of a mart that the release does not hold: hidden row by row, for there is no total to take it from."""
    names = {total: column for column, total in LISTS[model][1].items()}
    sums = [
        (names[total], tuple(names[part] for part in parts))
        for total, parts in SUMS.get(model, ())
        if {total, *parts} <= set(names)
    ]
    return hide_listed(listed, tuple(names.values()), sums, small_cell)


def _with_rests(rows: pl.DataFrame, places: pl.DataFrame, totals: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For each county and period of a list its totals, and what of them no row of the list holds.

    A list without a total above it is held against its own sum. A list that holds more than the total says by how many:
    that counts like a rest.
    """
    by = ["period", "area_id"]
    sums = rows.group_by(by, maintain_order=True).agg(
        pl.when(pl.col(total).is_not_null().any()).then(pl.col(total).sum()).alias(f"{total}{_LISTED}")
        for total in totals
    )
    both = sums.join(places, on=by, how="left", maintain_order="left")
    both = both.with_columns(pl.coalesce(total, f"{total}{_LISTED}").alias(total) for total in totals)
    rests = both.with_columns((pl.col(total) - pl.col(f"{total}{_LISTED}").fill_null(0)).abs() for total in totals)
    own = pl.exclude([f"{total}{_LISTED}" for total in totals])
    return both.select(own), rests.select(own)


def _under_own_names(listed: pl.DataFrame, shown: pl.DataFrame, counted: Mapping[str, str]) -> pl.DataFrame:
    hidden = listed.with_columns(shown[total].alias(column) for column, total in counted.items())
    if HIDDEN_COLUMNS not in shown.columns:
        return hidden
    names = {total: column for column, total in counted.items()}
    own = pl.element().filter(pl.element().is_in(list(names))).replace(names)
    return hidden.with_columns(shown.select(pl.col(HIDDEN_COLUMNS).list.eval(own)).to_series())
