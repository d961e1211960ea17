"""One table that goes on over several sheets: old programs split at 65,536 rows, exporters at round numbers.

Belongs here: telling such a chain from several tables, and reading it as one. Does not belong here: single sheets.

Two sheets with the same header are not one table by that alone: they may be two months. Only a sheet that is full goes
on in the next, and sheets that the contract names as parts of one table.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.contracts import Contract, normalise_header
from pipelines.reading.books import workbooks
from pipelines.reading.books.sheet_doubts import ROW_CEILINGS
from pipelines.reading.headers import HeaderMatch, find_header, recognises
from pipelines.reading.tables import ROWS_PER_SHEET, Column, Head, Table

ROUND_ROWS = 5_000
FEWEST_ROUND_ROWS = 10_000
_FULL_BODIES = (65_535, 65_536, 1_048_575, 1_048_576)


def is_full(last_row: int, header_rows: int) -> bool:
    """True for a sheet that ends where programs split: at the format's last row, or after a round number of rows."""
    body = last_row - header_rows
    is_round = body >= FEWEST_ROUND_ROWS and body % ROUND_ROWS == 0
    return last_row in ROW_CEILINGS or body in _FULL_BODIES or is_round


def followers(
    raw: bytes, heads: Sequence[Head], first: Head, match: HeaderMatch, contract: Contract
) -> list[tuple[str, int]]:
    """The sheets in which a table goes on, in order, each with its header's row from 0 (-1: none)."""
    behind = [
        head for head in heads[[each.sheet for each in heads].index(first.sheet) + 1 :] if any(map(any, head.rows))
    ]
    if first.sheet in contract.parts:
        named = [(each, _header_index(each, first, match, contract, is_at_ceiling=False)) for each in behind]
        return [(each.sheet, at) for each, at in named if at is not None and each.sheet in contract.parts]
    # Counting rows unpacks whole sheets: not before the next sheet may be one in which the table goes on.
    if not behind or _header_index(behind[0], first, match, contract, is_at_ceiling=True) is None:
        return []
    last_rows = workbooks.last_rows(raw, [first.sheet, *(head.sheet for head in behind)])
    found: list[tuple[str, int]] = []
    last, header_rows = last_rows[first.sheet], match.row_index + 1
    for head in behind:
        if not is_full(last, header_rows):
            break
        header_index = _header_index(head, first, match, contract, is_at_ceiling=last in ROW_CEILINGS)
        if header_index is None:
            break
        found.append((head.sheet, header_index))
        last, header_rows = last_rows[head.sheet], header_index + 1
    return found


def _header_index(
    head: Head, first: Head, match: HeaderMatch, contract: Contract, *, is_at_ceiling: bool
) -> int | None:
    """The header's row in a sheet that goes on with the table, -1 when it has none, None when it does not go on."""
    own = find_header(head.rows, contract)
    if own is not None and recognises(contract, own):
        names = [normalise_header(cell) for cell in head.rows[own.row_index]]
        wanted = [normalise_header(cell) for cell in first.rows[match.row_index]]
        return own.row_index if own.fields == match.fields and names == wanted else None
    width = len(first.rows[match.row_index])
    filled = [cell for cell in head.rows[0] if cell.strip()]
    goes_on = own is None and is_at_ceiling and len(head.rows[0]) <= width and 2 * len(filled) >= width
    return -1 if goes_on else None


def read_sheets(
    raw: bytes, name: str, header_index: int, positions: list[int], rest: Sequence[tuple[str, int]]
) -> Table:
    """The table of a sheet and of those in which it goes on; see ``Table.sheets`` for the numbers of its rows."""
    table = workbooks.read_sheet(raw, name, header_index, positions, may_be_full=bool(rest))
    if not rest:
        return table
    parts = [table]
    for number, (sheet, index) in enumerate(rest, 1):
        parts.append(workbooks.read_sheet(raw, sheet, index, positions, may_be_full=number < len(rest)))
    names = [name, *(sheet for sheet, _ in rest)]
    listed = "、".join(names)
    en = f"{len(names)} sheets were read as one table: {', '.join(names)}"
    notes: list[tuple[str, str, int | None]] = [(f"{len(names)}个工作表按一张表读入：{listed}", en, None)]
    for part in parts:
        notes += [(f"工作表{part.sheet}：{zh}", f"{part.sheet}: {en}", row) for zh, en, row in part.notes]
    shifts = [number * ROWS_PER_SHEET for number in range(len(parts))]
    table.columns = {
        position: _concat([part.columns.get(position) or workbooks.empty_column(len(part.rows)) for part in parts])
        for position in table.columns
    }
    table.rows = pl.concat([part.rows + shift for part, shift in zip(parts, shifts, strict=True)]).cast(pl.Int32)
    table.non_data_rows = [row + shift for part, shift in zip(parts, shifts, strict=True) for row in part.non_data_rows]
    table.formats = {
        position: [each for part in parts for each in part.formats.get(position, [])] for position in positions
    }
    table.notes = notes
    table.sheets = tuple(names)
    return table


def _concat(columns: list[Column]) -> Column:
    text = pl.concat([column.text for column in columns])
    if all(column.kinds is None for column in columns):
        return Column(text)
    kinds = [
        column.kinds if column.kinds is not None else pl.repeat(0, len(column.text), dtype=pl.Int8, eager=True)
        for column in columns
    ]
    return Column(text, pl.concat([each.cast(pl.Int8) for each in kinds]))
