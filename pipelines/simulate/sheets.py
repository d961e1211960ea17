"""One table over several sheets of a workbook: which rows stand in which, and where a row is found again.

Belongs here: splitting a table, the address of a row. Does not belong here: bytes of a workbook.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import polars as pl

from pipelines.simulate.writing import Table

OLD_ROWS = 65_536  # an old workbook's sheet ends here


@dataclass(frozen=True)
class Part:
    """A sheet of a table: its name, and its data rows by the first of them, from 0, and their number."""

    sheet: str
    start: int
    count: int


def parts_of(table: Table) -> list[Part]:
    """The sheets of a table: one for each of its named parts, or as many as an old program needs, mostly one.

    Rows beyond the named parts belong to the last of them.
    """
    if table.parts:
        starts = [sum(count for _, count in table.parts[:at]) for at in range(len(table.parts))]
        ends = [*starts[1:], table.row_count]
        return [Part(name, first, end - first) for (name, _), first, end in zip(table.parts, starts, ends, strict=True)]
    if table.rows_per_sheet is None or table.row_count <= (room := table.rows_per_sheet - table.first_data_row + 1):
        return [Part(table.sheet, 0, table.row_count)]
    starts = list(range(0, table.row_count, room))
    return [
        Part(f"{table.sheet}{at}" if at else table.sheet, first, min(room, table.row_count - first))
        for at, first in enumerate(starts)
    ]


def split(table: Table) -> list[Table]:
    """One table per sheet, each with the titles and headers; the lines below the table stand in the last."""
    found = []
    for part in (parts := parts_of(table)):
        one = copy.copy(table)
        one.sheet, one.parts, one.rows_per_sheet = part.sheet, (), None
        one.columns = [column.slice(part.start, part.count) for column in table.columns]
        inside = range(part.start, part.start + part.count)
        one.cells = {(row - part.start, at): cell for (row, at), cell in table.cells.items() if row in inside}
        one.footers = table.footers if part is parts[-1] else []
        found.append(one)
    return found


def address(table: Table, row: int) -> tuple[str, int]:
    """Sheet and row in it, from 1, of the row that has this number when the table is counted as one sheet."""
    at = row - table.first_data_row
    part = next(each for each in reversed(parts_of(table)) if each.start <= at and (each.count or not at))
    return part.sheet, row - part.start


def placed(table: Table, truth: pl.DataFrame) -> pl.DataFrame:
    """``truth`` with the sheet and row of each data row, when the table stands in several sheets."""
    parts = parts_of(table)
    if len(parts) == 1:
        return truth
    first = table.first_data_row
    rows = [pl.int_range(first, first + part.count, dtype=pl.Int32, eager=True) for part in parts]
    names = [pl.repeat(part.sheet, part.count, dtype=pl.String, eager=True) for part in parts]
    return truth.with_columns(pl.concat(names).alias("source_sheet"), pl.concat(rows).alias("source_row"))
