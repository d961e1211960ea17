"""Plants damaged rows in a table and says where they are.

Belongs here: one function that damages, and the addresses. Does not belong here: which delivery is damaged.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.simulate.calibration import delivery_plan
from pipelines.simulate.presentation import Presented, headers_of
from pipelines.simulate.writing import Cell, Table, text_line

_ON_IDENTITIES = ("numeric_identity", "bad_check_digit", "identity_length")
_ON_EMPTY = ("ragged_extra", "ragged_missing", "bad_number", "out_of_range")


@dataclass(frozen=True)
class Planted:
    """A damaged cell or row: row and column in the file from 1 (column None: the whole row)."""

    row: int
    column: int | None
    header: str | None
    kind: str


def rows_per_kind(scale: float) -> int:
    """How many rows each kind of damage hits in one file; in a larger county lists of villages are no longer."""
    return max(1, round(float(delivery_plan()["rows_per_kind"]) * min(scale, 1)))


def damaged_copy(
    feed: str, presented: Presented, kinds: list[str], scale: float, rng: np.random.Generator, *, is_text: bool
) -> tuple[Table, list[Planted], pl.DataFrame]:
    """A copy of the table with damage of these kinds, one kind a row; its addresses; the truth of its rows."""
    table = copy.copy(presented.table)
    table.cells, table.lines = dict(table.cells), dict(table.lines)
    table.columns = list(table.columns)
    names = [header.name for header in headers_of(feed)]
    noisy = {entry.row for entry in presented.noise}
    first = 2 if is_text else table.first_data_row
    free = [row for row in rng.permutation(table.row_count).tolist() if row not in noisy]
    planted: list[Planted] = []
    repeated: list[tuple[int, str]] = []
    for kind in kinds:
        spec = delivery_plan()["damage"][kind][feed]
        column = names.index(spec[0])
        for _ in range(rows_per_kind(scale)):
            row = _take(free, table, column, kind)
            if row is None:  # a ledger of two lines has no place for three kinds of damage
                break
            is_row = kind.startswith(("ragged", "stray", "duplicate", "conflicting"))
            if kind in ("duplicate_key", "conflicting_key"):
                repeated.append((row, kind))
                if kind == "duplicate_key":  # identical rows: the first is right, the second too many
                    continue
            elif is_row:
                table.lines[row] = _broken_line(table, row, column, kind)
            else:
                table.cells[row, column] = _bad_cell(table, row, column, kind, spec)
            planted.append(Planted(first + row, None if is_row else column + 1, table.headers[column], kind))
    truth = presented.truth
    if repeated:
        added, truth = _append_repeated(feed, table, truth, repeated, first=first)
        planted += added
    return table, planted, truth


def _append_repeated(
    feed: str, table: Table, truth: pl.DataFrame, repeated: list[tuple[int, str]], *, first: int
) -> tuple[list[Planted], pl.DataFrame]:
    """Append copies of rows to the table: identical ones, and ones that contradict the first in one column."""
    names = [header.name for header in headers_of(feed)]
    start = table.row_count
    rows = [row for row, _ in repeated]
    planted = []
    table.columns = [pl.concat([column, column.gather(rows)]) for column in table.columns]
    for offset, (row, kind) in enumerate(repeated):
        spec = delivery_plan()["damage"][kind][feed]
        key = names.index(spec[0])
        planted.append(Planted(first + start + offset, None, table.headers[key], kind))
        if kind == "conflicting_key":
            other = names.index(spec[1])
            value = spec[2] if table.columns[other][row] != spec[2] else spec[3]
            table.cells[start + offset, other] = Cell("text", value)
    copies = truth[rows].with_columns(
        pl.int_range(first + start, first + start + len(rows), dtype=pl.Int32, eager=True).alias("source_row")
    )
    return planted, pl.concat([truth, copies])


def without_township(presented: Presented, column: str, township: str, first: int) -> tuple[Table, pl.DataFrame]:
    """A copy of the table that lacks one township."""
    keep = presented.truth[column] != township
    table = copy.copy(presented.table)
    table.columns = [values.filter(keep) for values in table.columns]
    kept = np.flatnonzero(keep.to_numpy())
    new_row = {int(old): new for new, old in enumerate(kept)}
    table.cells = {(new_row[r], c): cell for (r, c), cell in presented.table.cells.items() if r in new_row}
    truth = presented.truth.filter(keep).with_columns(
        pl.int_range(first, first + len(kept), dtype=pl.Int32, eager=True).alias("source_row")
    )
    return table, truth


def _take(free: list[int], table: Table, column: int, kind: str) -> int | None:
    """The next unused row on which this kind of damage shows; None when there is none left."""
    for at, row in enumerate(free):
        value = table.columns[column][row]
        if kind in _ON_IDENTITIES and (value is None or not value.isdigit() or len(value) != 18):
            continue
        if value is None and kind not in _ON_EMPTY:
            continue
        return free.pop(at)
    return None


def _bad_cell(table: Table, row: int, column: int, kind: str, spec: list[str]) -> Cell:
    value = table.columns[column][row]
    match kind:
        case "numeric_identity":  # a spreadsheet keeps fifteen digits of a number; the rest becomes zeros
            cell = Cell("number", repr(float(int(value[:15]) * 1000)))
        case "bad_check_digit":
            cell = Cell("text", value[:17] + str((int(value[17]) + 1) % 10))
        case "identity_length":
            cell = Cell("text", value[:17])
        case "missing_required":
            cell = Cell("empty", "")
        case "identity_birth_mismatch":
            cell = _other_day(table, row, column)
        case "formula_error":
            cell = Cell("error", spec[1])
        case "out_of_range":
            cell = Cell(table.kinds[column], spec[1])
        case _:
            cell = Cell("text", spec[1])
    return cell


def _other_day(table: Table, row: int, column: int) -> Cell:
    """A birth date of another year, in the style of the column."""
    value = table.columns[column][row]
    year = int(value[:4])
    other = f"{year - 3 if year > 1930 else year + 3}{value[4:]}"
    other = other.replace("-02-29", "-02-28").replace("0229", "0228") if value[4:] in ("-02-29", "0229") else other
    other = other[:-1] + "8" if value[4:] == ".2.29" else other
    return Cell("date" if table.kinds[column] == "date" else "text", other)


def _broken_line(table: Table, row: int, column: int, kind: str) -> str:
    fields = [f'"{value}"' if "," in value else value for value in text_line(table, row)]
    if kind == "ragged_extra":
        fields.insert(column + 1, "")
    elif kind == "ragged_missing":
        del fields[column]
    else:
        fields[column] = '"' + fields[column]
    return ",".join(fields)
