"""Small cells: which counts of persons and households a release does not show, and what falls with them.

Belongs here: the choice of hidden cells, made once for a whole table of a release, so that every page and export
hides the same ones. Does not belong here: which more fall with the small ones (``small_cell_choice.py``), how a hidden
cell is written (``words.py``), where tables are read.
The rules and their limits are in docs/decisions/0012-small-cells-on-screen.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from dashboards.small_cell_choice import Bridge, Cells, Equations, Flags, Values, protect
from dashboards.sums import (
    BASES,
    BRIDGES,
    FROM,
    NONE_WITHOUT,
    NOT_A_PART,
    NOT_OF_PEOPLE,
    PARTS,
    SAME,
    STEPS,
    SUMS,
    WITHIN,
)

HIDDEN_COLUMNS = "hidden_columns"
"""The column of a frame that lists, row by row, the columns whose value is hidden (and null in the frame)."""

PEOPLE = frozenset({"人", "户", "人（户）", "人次", "户次"})
_PLACE = ("area_level", "area_id", "area_name", "parent_area_id")
_KEY = ("method_version", "period", "group_type", "group_id")
_LONGEST = 2  # a ratio of ratios is the longest chain


def people(cards: Mapping[str, Any], columns: Sequence[str]) -> list[str]:
    """The columns that count persons or households: what their card's unit says, else their name."""
    found = []
    for column in columns:
        card = (cards.get(column) or {}).get("card") or {}
        unit = card.get("unit") or {}
        named = column.endswith(("_person_count", "_household_count"))
        if (unit.get("zh") in PEOPLE and card.get("format", "count") == "count") or (not card and named):
            found.append(column)
    return found


def others(model: str) -> set[str]:
    """The other models whose hidden form decides what is hidden in this one."""
    named = {other for other, _ in SAME.get(model, {}).values()}
    return {*named, BASES.get(model, (model,))[0]} - {model}


def hide(
    model: str,
    frame: pl.DataFrame,
    cards: Mapping[str, Mapping[str, Any]],
    small_cell: int,
    beside: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """``frame`` (all rows of a model) with hidden cells null and named in ``hidden_columns``.

    ``beside`` holds the hidden forms of the models that ``others`` names, as far as the release has them.
    """
    described = cards.get(model, {})
    columns = people(described, frame.columns)
    masks: dict[str, Flags] = {}
    if columns:
        values = frame.select(pl.col(columns).cast(pl.Float64)).to_numpy().astype(np.float64)
        already = _few_left(model, described, columns, values, small_cell)
        for column, (other, same) in SAME.get(model, {}).items():
            if column in columns and other in beside:
                already[:, columns.index(column)] |= _hidden_beside(frame, beside[other], same, ("area_id", "period"))
        flags = protect(
            values.ravel(),
            _equations(model, frame, columns),
            small_cell,
            bridges=_bridges(model, columns, frame.height),
            already=(already & (values > 0)).ravel(),
            none_without=_none_without(model, frame, columns),
        ).reshape(values.shape)
        masks = {column: flags[:, index] for index, column in enumerate(columns)}
    _derive(model, frame, described, masks, beside)
    return _blanked(frame, masks)


def _few_left(
    model: str, described: Mapping[str, Any], columns: Sequence[str], values: Values, small_cell: int
) -> Flags:
    """Which counts that are a part of another one leave 1 to below ``small_cell`` of it: 85 of 86 says who the one is.

    The parts are the numerators of shares on the cards, and those that ``PARTS`` names.
    """
    found = np.zeros(values.shape, dtype=np.bool_)
    cards = [(one or {}).get("card") or {} for one in described.values()]
    shares = [(card.get("numerator"), card.get("denominator")) for card in cards if card.get("format") == "share"]
    at = {column: index for index, column in enumerate(columns)}
    for part, whole in (*shares, *PARTS.get(model, ())):
        if part in at and whole in at and part not in NOT_A_PART:
            left = values[:, at[whole]] - values[:, at[part]]
            found[:, at[part]] |= (values[:, at[part]] > 0) & (left > 0) & (left < small_cell)
    return found


def hide_listed(
    frame: pl.DataFrame, columns: Sequence[str], sums: Sequence[tuple[str, tuple[str, ...]]], small_cell: int
) -> pl.DataFrame:
    """A list with one row a settlement or firm: its small counts of people hidden row by row, as ``hide`` does.

    ``columns`` are the counts of persons and households, ``sums`` a total and its parts among them.
    """
    if not small_cell or frame.is_empty():
        return frame
    values = frame.select(pl.col(columns).cast(pl.Float64)).to_numpy().astype(np.float64)
    at, lines = {column: index for index, column in enumerate(columns)}, np.arange(frame.height)
    found = [one for total, parts in sums for one in _of_columns(at, total, [(lines, lines, parts)], len(columns))]
    flags = protect(values.ravel(), _joined(found), small_cell).reshape(values.shape)
    return _blanked(frame, {column: flags[:, index] for column, index in at.items()})


def total_listed(frame: pl.DataFrame, by: Sequence[str], column: str) -> pl.DataFrame:
    """``column`` added up by group over the rows of ``hide_listed``: a sum with a hidden part is hidden.

    A group of which nothing is known has no sum: null, and not hidden.
    """
    is_known, names = pl.col(column).is_not_null().any(), pl.lit([column])
    if HIDDEN_COLUMNS not in frame.columns:
        return frame.group_by(by).agg(pl.when(is_known).then(pl.col(column).sum()))
    is_hidden = pl.col(HIDDEN_COLUMNS).list.contains(column).any()
    return frame.group_by(by).agg(
        pl.when(is_known & ~is_hidden).then(pl.col(column).sum()).alias(column),
        pl.when(is_hidden).then(names).alias(HIDDEN_COLUMNS),
    )


def _blanked(frame: pl.DataFrame, masks: Mapping[str, Flags]) -> pl.DataFrame:
    """``frame`` with the masked cells null and named in ``hidden_columns``; as it is when no cell is masked."""
    masks = {column: mask for column, mask in masks.items() if mask.any()}
    if not masks:
        return frame
    rows = np.concatenate([np.flatnonzero(mask) for mask in masks.values()])
    names = np.repeat(list(masks), [int(mask.sum()) for mask in masks.values()])
    listed = pl.DataFrame({"row": rows, HIDDEN_COLUMNS: names.tolist()}).group_by("row").agg(HIDDEN_COLUMNS)
    listed = listed.cast({"row": pl.UInt32})
    blank = [
        pl.when(pl.Series(mask)).then(None).otherwise(pl.col(column)).alias(column) for column, mask in masks.items()
    ]
    return (
        frame.with_columns(blank)
        .with_row_index("row")
        .join(listed, on="row", how="left", maintain_order="left")
        .drop("row")
    )


def _derive(
    model: str,
    frame: pl.DataFrame,
    described: Mapping[str, Any],
    masks: dict[str, Flags],
    beside: Mapping[str, pl.DataFrame],
) -> None:
    """Add the masks of values whose numerator, denominator or basis is hidden."""
    nothing = np.zeros(frame.height, dtype=np.bool_)
    basis = _basis(model, frame, masks, beside)
    counted = set(masks)
    links: dict[str, list[str]] = {}
    for column in frame.columns:
        card = (described.get(column) or {}).get("card") or {}
        named = [card.get("numerator"), card.get("denominator"), FROM.get(model, {}).get(column)]
        links[column] = [name for name in named if name in frame.columns and name != column]
        is_typical = card.get("format") in ("share", "number") and not column.startswith(NOT_OF_PEOPLE)
        if basis is not None and column not in counted and is_typical:
            masks[column] = masks.get(column, nothing) | basis
    for _ in range(_LONGEST):
        for column, names in links.items():
            for name in names:
                if name in masks:
                    masks[column] = masks.get(column, nothing) | masks[name]


def _basis(
    model: str, frame: pl.DataFrame, masks: Mapping[str, Flags], beside: Mapping[str, pl.DataFrame]
) -> Flags | None:
    if model not in BASES:
        return None
    other, column = BASES[model]
    if other == model:
        return masks.get(column)
    return _hidden_beside(frame, beside[other], column, ("area_id", *_KEY)) if other in beside else None


def _hidden_beside(frame: pl.DataFrame, other: pl.DataFrame, column: str, by: Sequence[str]) -> Flags:
    """For which rows of ``frame`` the ``column`` is hidden in the row of the ``other`` table with the same key."""
    if HIDDEN_COLUMNS not in other.columns:
        return np.zeros(frame.height, dtype=np.bool_)
    key = [name for name in by if name in frame.columns and name in other.columns]
    hit = (
        other.filter(pl.col(HIDDEN_COLUMNS).list.contains(column))
        .select(*key, pl.lit(value=True).alias("hit"))
        .unique()
    )
    joined = frame.select(key).join(hit, on=key, how="left", nulls_equal=True, maintain_order="left")
    return joined["hit"].fill_null(value=False).to_numpy()


def _bridges(model: str, columns: Sequence[str], height: int) -> list[Bridge]:
    at, lines = {column: index for index, column in enumerate(columns)}, np.arange(height)[:, None] * len(columns)
    found = []
    for named_stocks, named_moves in BRIDGES.get(model, ()):
        stocks = [at[name] for name in named_stocks if name in at]
        moves = {at[name]: way for name, way in named_moves.items() if name in at}
        if stocks and moves:
            found.append(Bridge(lines + np.array(stocks), lines + np.array([*moves]), np.array([*moves.values()])))
    return found


def _none_without(model: str, frame: pl.DataFrame, columns: Sequence[str]) -> Cells:
    """Pairs of cells, two columns: where the first is 0, the second is."""
    found = [_pairs(NONE_WITHOUT.get(model, ()), columns, frame.height)]
    if model in WITHIN:
        rows = _within(model, frame, columns) * len(columns)
        found += [rows + index for index, name in enumerate(columns) if not name.startswith(WITHIN[model].of_one)]
    return np.concatenate(found)


def _pairs(named: Sequence[tuple[str, str]], columns: Sequence[str], height: int) -> Cells:
    """Two cells of each row, by the names of their columns."""
    at, lines = {column: index for index, column in enumerate(columns)}, np.arange(height)[:, None] * len(columns)
    known = [(at[one], at[other]) for one, other in named if one in at and other in at]
    return np.concatenate([np.zeros((0, 2), dtype=np.int64), *(lines + np.array(pair) for pair in known)])


def _within(model: str, frame: pl.DataFrame, columns: Sequence[str]) -> Cells:
    """Rows of the group that holds another one and of that one, two columns."""
    keys = ["area_id", *(key for key in _keys(frame, columns) if key != "group_id")]
    rows = frame.select(*keys, "group_id").with_row_index("row")
    whole, part = (rows.filter(pl.col("group_id") == name).drop("group_id") for name in WITHIN[model].groups)
    return whole.join(part, on=keys, nulls_equal=True).select("row", "row_right").to_numpy().astype(np.int64)


def _keys(frame: pl.DataFrame, counted: Sequence[str]) -> list[str]:
    """The columns that, with the place, tell one row of the model from another."""
    keys = [name for name in _KEY if name in frame.columns]
    taken = {*keys, *_PLACE, *counted}
    others = [n for n, kind in frame.schema.items() if n not in taken and (kind == pl.String or kind.is_integer())]
    for name in ("", *others):
        keys += [name] if name else []
        if not frame.select(*keys, "area_id").is_duplicated().any():
            return keys
    raise ValueError("the rows of a table of figures cannot be told apart by place, period and group")


def _equations(model: str, frame: pl.DataFrame, columns: Sequence[str]) -> Equations:
    if not {"area_id", "parent_area_id"} <= set(frame.columns):
        return _joined([])
    keys = _keys(frame, columns)
    rows = frame.select(*keys, "area_id", "parent_area_id").with_row_index("row")
    width = len(columns)
    every = np.arange(width)
    above = rows.select(*keys, pl.col("area_id").alias("parent_area_id"), pl.col("row").alias("total"))
    # Places under their parent, then groups under "all" of the same place.
    pairs = [rows.join(above, on=[*keys, "parent_area_id"], nulls_equal=True).sort("total", "area_id")]
    if "group_type" in keys:
        same = ["area_id", *(key for key in keys if key not in ("group_type", "group_id"))]
        whole = rows.filter(pl.col("group_type") == "all").select(*same, pl.col("row").alias("total"))
        parts = rows.filter(pl.col("group_type") != "all").join(whole, on=same, nulls_equal=True)
        pairs.append(parts.sort("total", "group_type", "row"))
    found = [_of_rows(pair, width, every) for pair in pairs if pair.height]
    at = {column: index for index, column in enumerate(columns)}
    lines = np.arange(frame.height)
    for total, members in SUMS.get(model, ()):
        found += _of_columns(at, total, [(lines, lines, members)], width)
    for total, members, before in STEPS.get(model, ()):
        now, then = _successors(rows, keys)
        found += _of_columns(at, total, [(now, now, members), (now, then, before)], width)
    if model in WITHIN:
        whole, part = _within(model, frame, columns).T
        for name in (one for one in columns if one.startswith(WITHIN[model].same)):
            found += _of_columns(at, name, [(whole, part, (name,))], width)
    return _joined(found)


def _of_rows(pair: pl.DataFrame, width: int, every: Cells) -> Equations:
    """The same sum for each column: the rows of ``pair`` are parts of their ``total``."""
    row = pair["row"].to_numpy().astype(np.int64)
    total = pair["total"].to_numpy().astype(np.int64)
    kind = pair["group_type"].rle_id().to_numpy() if "group_type" in pair.columns else np.zeros_like(total)
    begins = np.flatnonzero(np.r_[True, (np.diff(total) != 0) | (np.diff(kind) != 0)])
    return Equations(
        (total[begins][None, :] * width + every[:, None]).ravel(),
        (row[None, :] * width + every[:, None]).ravel(),
        (begins[None, :] + every[:, None] * row.size).ravel(),
    )


def _of_columns(
    at: Mapping[str, int], total: str, parts: Sequence[tuple[Cells, Cells, Sequence[str]]], width: int
) -> list[Equations]:
    """One equation a row: column ``total`` of the first rows is made of columns of the second ones."""
    chosen = [(rows, at[name]) for _, rows, names in parts for name in names if name in at]
    if total not in at or not chosen or not parts[0][0].size:
        return []
    members = np.stack([rows * width + column for rows, column in chosen], axis=1)
    starts = np.arange(members.shape[0]) * members.shape[1]
    return [Equations(parts[0][0] * width + at[total], members.ravel(), starts)]


def _successors(rows: pl.DataFrame, keys: Sequence[str]) -> tuple[Cells, Cells]:
    """Rows and the rows of the period before, of the same place and group."""
    order = rows["period"].rank("dense").cast(pl.Int64)
    same = ["area_id", *(key for key in keys if key != "period")]
    later = rows.select(*same, "row", order.alias("step"))
    sooner = rows.select(*same, pl.col("row").alias("then"), (order + 1).alias("step"))
    both = later.join(sooner, on=[*same, "step"], nulls_equal=True)
    return both["row"].to_numpy().astype(np.int64), both["then"].to_numpy().astype(np.int64)


def _joined(found: Sequence[Equations]) -> Equations:
    none = np.zeros(0, dtype=np.int64)
    offsets = np.cumsum([0, *(one.members.size for one in found)])
    return Equations(
        np.concatenate([none, *(one.totals for one in found)]),
        np.concatenate([none, *(one.members for one in found)]),
        np.concatenate([none, *(one.starts + offset for one, offset in zip(found, offsets, strict=False))]),
    )
