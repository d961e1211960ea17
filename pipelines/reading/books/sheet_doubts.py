"""What a reader of a sheet must be told beside its cells: hidden parts, formats that show something else, the last row.

Belongs here: facts about a sheet turned into doubts with positions. Does not belong here: finding the facts; values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from pipelines.contracts import Text
from pipelines.reading.books.number_formats import UNKNOWN, NumberFormat
from pipelines.reading.books.sheets import LoadedSheet
from pipelines.reading.doubts import Doubt

ROW_CEILINGS = (65_536, 1_048_576)
MOST_PER_RANGE = 50
MOST_CELLS_NAMED = 50
_TEN_THOUSAND, _HUNDRED_MILLION = 10_000.0, 100_000_000.0
_BASE_UNIT = {("万元", _TEN_THOUSAND): "元", ("万", _TEN_THOUSAND): "", ("亿元", _HUNDRED_MILLION): "元"} | {
    ("亿", _HUNDRED_MILLION): "",
    ("千元", 1_000.0): "元",
    ("百万元", 1_000_000.0): "元",
    ("百万", 1_000_000.0): "",
}


def sheet_doubts(sheet: LoadedSheet) -> list[Doubt]:
    """Every doubt about a sheet that its cells alone do not show."""
    return [*sheet.doubts, *_hidden(sheet), *_formats(sheet), *_ceiling(sheet)]


def _hidden(sheet: LoadedSheet) -> Iterator[Doubt]:
    if sheet.is_hidden:
        yield Doubt("hidden", detail=Text(zh=f"工作表{sheet.name}", en=f"the sheet {sheet.name}"))
    for first, last in hidden_rows(sheet):
        if last - first < MOST_PER_RANGE:
            yield from (Doubt("hidden", row) for row in range(first, last + 1))
        else:
            yield Doubt("hidden", first, detail=Text(zh=f"第{first}–{last}行", en=f"rows {first} to {last}"))
    for column in hidden_columns(sheet):
        yield Doubt("hidden", column=column)


def hidden_rows(sheet: LoadedSheet) -> list[tuple[int, int]]:
    """Runs of hidden rows inside the used area, as source rows."""
    clipped = [(max(first, sheet.top), min(last, sheet.last_row)) for first, last in sheet.facts.hidden_rows]
    return [(first, last) for first, last in clipped if first <= last]


def hidden_columns(sheet: LoadedSheet) -> list[int]:
    """Hidden columns inside the used area that hold anything, as source columns."""
    right = sheet.left + sheet.width - 1
    ranges = [(max(first, sheet.left), min(last, right)) for first, last in sheet.facts.hidden_columns]
    columns = [column for first, last in ranges for column in range(first, last + 1)]
    return [column for column in columns if any(row[column - sheet.left] != "" for row in sheet.rows)]


def _ceiling(sheet: LoadedSheet) -> Iterator[Doubt]:
    if sheet.last_row in ROW_CEILINGS:
        yield Doubt(
            "truncated",
            detail=Text(
                zh=f"工作表正好{sheet.last_row}行，达到格式上限",
                en=f"the sheet has exactly {sheet.last_row} rows, the most its format can hold",
            ),
        )


def formats_of(sheet: LoadedSheet) -> Iterator[tuple[int, NumberFormat, np.ndarray]]:
    """Source column, format and source rows of numeric cells whose format shows more or else than the cell holds."""
    for (column, style), rows in sorted(sheet.facts.styles.items(), key=lambda item: item[0]):
        found = sheet.formats.get(style, UNKNOWN)
        if not found.is_missed_date:
            yield column, found, rows


def _formats(sheet: LoadedSheet) -> Iterator[Doubt]:
    by_column: dict[tuple[int, NumberFormat], list[np.ndarray]] = {}
    for column, found, rows in formats_of(sheet):
        by_column.setdefault((column, found), []).append(rows)
    for (column, found), parts in by_column.items():
        rows = np.sort(np.concatenate(parts))
        if found.digits and found.unit is None and found.scale == 1.0:
            rows = _shortened_rows(sheet, column, rows, found.digits)
            kind = "lost_zero"
        else:
            kind = "number_format"
        detail = found.changes
        if detail is None or not len(rows):
            continue
        is_most = 2 * len(rows) > sheet.facts.numeric.get(column, 0)
        if is_most or len(rows) > MOST_CELLS_NAMED:
            count = Text(zh=f"{detail.zh}（{len(rows)}格）", en=f"{detail.en} ({len(rows)} cells)")
            yield Doubt(kind, column=column, detail=count)
        if not is_most:
            yield from (Doubt(kind, int(row), column, detail) for row in rows[:MOST_CELLS_NAMED])


def _shortened_rows(sheet: LoadedSheet, column: int, rows: np.ndarray, digits: int) -> np.ndarray:
    """The rows whose number has fewer digits than are shown."""
    limit = 10 ** (digits - 1)
    cells = [sheet.cell(int(row), column) for row in rows]
    return rows[[isinstance(cell, int | float) and abs(cell) < limit for cell in cells]] if len(rows) else rows


def column_units(sheet: LoadedSheet) -> dict[int, str]:
    """The unit that number formats give the cells of a column, where most of its numbers have the same one.

    A format that shows 12345 as ``1.2万元`` has cells in 元.
    """
    counts: dict[int, Counter[str]] = {}
    for column, found, rows in formats_of(sheet):
        if (unit := unit_of_cells(found)) is not None:
            counts.setdefault(column, Counter())[unit] += len(rows)
    units = {}
    for column, counted in counts.items():
        unit, count = counted.most_common(1)[0]
        if unit and len(counted) == 1 and 2 * count > sheet.facts.numeric.get(column, 0):
            units[column] = unit
    return units


def unit_of_cells(found: NumberFormat) -> str | None:
    """The unit of what a cell holds under a format, None when the format names none or it cannot be told.

    >>> unit_of_cells(NumberFormat(unit="万元", scale=10_000.0))
    '元'
    """
    if found.unit is None or found.is_label:
        return None
    if found.scale == 1.0:
        return found.unit
    return _BASE_UNIT.get((found.unit, found.scale))
