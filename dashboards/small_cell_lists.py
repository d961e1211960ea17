"""Small cells of a list whose rows make up a place's row of a mart: hidden together, for one follows from the other.

Belongs here: a list beside its mart. Does not belong here: which lists these are (``sums.py``), lists that add up to
nothing that is shown (``small_cells.hide_listed``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.small_cells import HIDDEN_COLUMNS, hide
from dashboards.sums import LISTS

_GROUP, _COUNTY_DIGITS, _DIGITS = "listed", 6, 12
_KEY_OF_A_PLACE = ("method_version", "area_level", "area_name", "parent_area_id")


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

    The rows of the list stand beside the groups of their county: below its row of all groups.
    """
    counted = LISTS[model][1]
    key = [name for name in _KEY_OF_A_PLACE if name in frame.columns]
    whole = frame.filter(pl.col("group_type") == "all").select("period", "area_id", *key)
    rows = listed.select(
        "period",
        pl.col("area_code").str.head(_COUNTY_DIGITS).str.pad_end(_DIGITS, "0").alias("area_id"),
        pl.lit(_GROUP).alias("group_type"),
        pl.int_range(pl.len()).cast(pl.String).alias("group_id"),
        *(pl.col(column).alias(total) for column, total in counted.items()),
    ).join(
        whole.unique(["period", "area_id"], keep="last", maintain_order=True),
        on=["period", "area_id"],
        how="left",
        maintain_order="left",
    )
    shown = hide(model, pl.concat([frame, rows], how="diagonal_relaxed"), cards, small_cell, beside)
    return shown.head(frame.height), _under_own_names(listed, shown.tail(listed.height), counted)


def _under_own_names(listed: pl.DataFrame, shown: pl.DataFrame, counted: Mapping[str, str]) -> pl.DataFrame:
    hidden = listed.with_columns(shown[total].alias(column) for column, total in counted.items())
    if HIDDEN_COLUMNS not in shown.columns:
        return hidden
    names = {total: column for column, total in counted.items()}
    own = pl.element().filter(pl.element().is_in(list(names))).replace(names)
    return hidden.with_columns(shown.select(pl.col(HIDDEN_COLUMNS).list.eval(own)).to_series())
