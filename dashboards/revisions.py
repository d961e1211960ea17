"""Why a figure is another one than in an earlier release: what differs, and which new files and definitions caused it.

Belongs here: the comparison of two releases for one place, small cells hidden in both. Does not belong here: drawing,
and the full comparison of all places (``xianqing releases diff``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards.data import Area, Release
from dashboards.small_cells import HIDDEN_COLUMNS

KEYS = ("period", "fund_scope", "group_type", "group_id")
SCHEMA = {"model": pl.String, "column": pl.String, "period": pl.String, "group": pl.String,
          "before": pl.Float64, "now": pl.Float64, "hidden_before": pl.Boolean, "hidden_now": pl.Boolean,
          "change": pl.String, "why": pl.String}  # fmt: skip
# How a file stands to those of the release before.
NEW_PERIOD, CORRECTED, LATE = "new_period", "corrected", "late"


def new_files(before: Release, now: Release) -> pl.DataFrame:
    """The deliveries that only ``now`` was made from: feed, titles, period, file_name, receipt_id and ``kind``.

    ``corrected`` when ``before`` knew another file of that feed and period, ``late`` when it already spoke of that
    period without having it, ``new_period`` otherwise.
    """
    known = {entry["receipt_id"] for entry in before.manifest["inputs"]}
    used = {entry["receipt_id"] for entry in now.manifest["inputs"]}
    rows = now.rows("ops_delivery").filter(pl.col("receipt_id").is_in(used - known))
    slots = before.rows("ops_delivery").filter(pl.col("receipt_id").is_in(known)).select("feed", "period")
    rows = rows.join(slots.unique().with_columns(was=pl.lit(value=True)), on=["feed", "period"], how="left")
    kind = (
        pl.when(pl.col("was").fill_null(value=False))
        .then(pl.lit(CORRECTED))
        .when(pl.col("period") <= before.as_of_period)
        .then(pl.lit(LATE))
        .otherwise(pl.lit(NEW_PERIOD))
    )
    wanted = ("feed", "feed_title_zh", "feed_title_en", "period", "file_name", "receipt_id")
    return rows.select(*wanted, kind=kind).sort("feed", "period")


def changed_figures(before: Release, now: Release, area: Area) -> pl.DataFrame:
    """Every figure of the place with a card that differs, with the model, its key and ``change`` (see ``SCHEMA``).

    ``change`` is ``changed``, ``new`` (the key is new) or ``gone``; ``why`` lists the feeds of the model that brought
    new files, comma-separated, and ``definition`` when the figure's card is another one. A value that is hidden as
    small is null, and ``hidden_before`` or ``hidden_now`` is true.
    """
    fresh = set(new_files(before, now)["feed"])
    found = [pl.DataFrame(schema=SCHEMA)]
    for model, entries in now.cards.items():
        # A table without a place, such as the printed figures beside ours, has no row of the chosen one.
        if not model.startswith("kpi_") or "area_id" not in entries or not (before.has(model) and now.has(model)):
            continue
        columns = [name for name, entry in entries.items() if not name.startswith("__") and entry.get("card")]
        frame = _changed(before, now, model, columns, area)
        if frame.is_empty():
            continue
        feeds = sorted(set(entries.get("__model__", {}).get("feeds", ())) & fresh)
        redefined = [c for c in columns if _card(before, model, c) != _card(now, model, c)]
        why = pl.when(pl.col("column").is_in(redefined)).then(pl.lit(",".join(["definition", *feeds])))
        found.append(frame.with_columns(model=pl.lit(model), why=why.otherwise(pl.lit(",".join(feeds)))))
    return pl.concat([frame.select(list(SCHEMA)) for frame in found])


def _card(release: Release, model: str, column: str) -> Any:
    entries: Mapping[str, Any] = release.cards.get(model, {})
    return (entries.get(column) or {}).get("card")


def _changed(before: Release, now: Release, model: str, columns: list[str], area: Area) -> pl.DataFrame:
    sides = [release.rows(model, {"area_id": area.code}) for release in (before, now)]
    keys = [key for key in KEYS if all(key in side.columns for side in sides)]
    shared = [c for c in columns if all(c in side.columns and side[c].dtype.is_numeric() for side in sides)]
    if not shared:
        return pl.DataFrame()
    long = [_long(side, keys, shared, name) for side, name in zip(sides, ("before", "now"), strict=True)]
    both = long[0].join(long[1], on=[*keys, "column"], how="full", coalesce=True, nulls_equal=True)
    was, here = pl.col("in_before").fill_null(value=False), pl.col("in_now").fill_null(value=False)
    differs = pl.col("before").ne_missing(pl.col("now")) | pl.col("hidden_before").ne_missing(pl.col("hidden_now"))
    change = pl.when(~was).then(pl.lit("new")).when(~here).then(pl.lit("gone")).otherwise(pl.lit("changed"))
    group = [pl.col(key) for key in ("fund_scope", "group_id") if key in keys]
    flags = pl.col("hidden_before", "hidden_now").fill_null(value=False)
    return both.filter(differs).with_columns(flags, change=change, group=pl.concat_str(group, separator=" · "))


def _long(frame: pl.DataFrame, keys: list[str], columns: list[str], name: str) -> pl.DataFrame:
    """One row a figure; what is hidden as small is marked rather than valued."""
    hidden = pl.col(HIDDEN_COLUMNS) if HIDDEN_COLUMNS in frame.columns else pl.lit(None, dtype=pl.List(pl.String))
    frame = frame.select(*keys, pl.col(columns).cast(pl.Float64), hidden=hidden)
    long = frame.unpivot(columns, index=[*keys, "hidden"], variable_name="column", value_name=name)
    flag = pl.col("hidden").list.contains(pl.col("column")).fill_null(value=False)
    # A figure without a value is no news: a row that is null in one release and missing in the other has not changed.
    long = long.with_columns(flag.alias(f"hidden_{name}")).drop("hidden")
    long = long.filter(pl.col(name).is_not_null() | pl.col(f"hidden_{name}"))
    return long.with_columns(pl.lit(value=True).alias(f"in_{name}"))
