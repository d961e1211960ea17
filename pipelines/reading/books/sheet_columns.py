"""A large sheet as columns: plain cells from its XML, all others by the cell parser, which sees only those.

Belongs here: bringing both together so that the result is what the parser alone would have given. Does not belong here:
which cells are plain (``plain_cells``), what columns mean.

What is left over goes to the parser as a small sheet in a copy of the workbook: the first rows as they are, then the
other cells in rows of their own, then a cell for every shared text that is used and one for every style of a plain
number, which has to come back as a number. So nothing is decoded here that the parser would decode differently.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.reading.books.cells import number_text, to_column
from pipelines.reading.books.plain_cells import LeftCell, NotPlainError, PlainCells
from pipelines.reading.books.sheet_xml import LAST_COLUMN, LAST_ROW
from pipelines.reading.tables import Column, Kind

_NUMBER = r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$"
_CANONICAL = r"^(?:0|-?[1-9][0-9]{0,14})$"
_ADDRESS = re.compile(rb'<c r="([A-Z]{1,3})[0-9]{1,7}"')


@dataclass
class LeftSheet:
    """The small sheet for the parser: its XML, and the rows at which its parts begin (from 0)."""

    xml: bytes
    texts_at: int
    styles_at: int
    row_of: dict[int, int] = field(default_factory=dict)


@dataclass
class PlainSheet:
    """A sheet in columns: its first rows as cells, below them the wanted columns (from 0) and which rows are filled."""

    head: list[list[object]]
    columns: dict[int, Column]
    is_filled: np.ndarray
    last_row: int
    width: int


def left_sheet(cells: PlainCells, texts: np.ndarray) -> LeftSheet:
    """What the parser has to read; ``texts`` are the numbers of the shared texts that are used."""
    width = max(cells.last_column, max((cell.column for cell in cells.left), default=1), 1)
    row_of: dict[int, int] = {}
    by_row: dict[int, list[LeftCell]] = {}
    for cell in cells.left:
        if cell.row > cells.head_rows:
            row_of.setdefault(cell.row, cells.head_rows + 1 + len(row_of))
        by_row.setdefault(row_of.get(cell.row, cell.row), []).append(cell)
    parts = [cells.head]
    for row, found in by_row.items():
        parts += [b'<row r="%d">' % row, *(_moved(cell.data, row) for cell in found), b"</row>"]
    texts_at = cells.head_rows + len(row_of)
    written = list(map(str, texts.tolist()))
    for start in range(0, len(written), width):
        between = '</v></c><c t="s"><v>'.join(written[start : start + width])
        parts.append(f'<row r="{texts_at + 1 + start // width}"><c t="s"><v>{between}</v></c></row>'.encode())
    styles_at = texts_at + -(-len(written) // width)
    numbers = "".join(f'<c s="{style}"><v>1.5</v></c>' for style in sorted(cells.styles))
    parts.append(f'<row r="{styles_at + 1}">{numbers}</row>'.encode())
    if styles_at >= LAST_ROW or len(cells.styles) > LAST_COLUMN:
        raise NotPlainError
    parts.append(b"</sheetData></worksheet>")
    return LeftSheet(b"".join(parts), texts_at, styles_at, row_of)


def _moved(data: bytes, row: int) -> bytes:
    found = _ADDRESS.match(data)
    if found is None:
        raise NotPlainError
    return b'<c r="%s%d"' % (found[1], row) + data[found.end() :]


def put_together(
    cells: PlainCells, left: LeftSheet, texts: np.ndarray, parsed: list[list[object]], wanted: Sequence[int]
) -> PlainSheet:
    """The whole sheet from its plain cells and what the parser made of the small sheet, cells from A1 on.

    Raises NotPlainError where the parser alone may have seen another extent, or another kind of cell.
    """
    _check_styles(cells, left, parsed)
    flat = [cell for row in parsed[left.texts_at : left.styles_at] for cell in row][: len(texts)]
    if len(flat) != len(texts) or not all(type(text) is str for text in flat):
        raise NotPlainError
    left_cells = [cell for cell in cells.left if cell.row > cells.head_rows]
    values = [_at(parsed, left.row_of[cell.row] - 1, cell.column - 1) for cell in left_cells]
    last_row, width = _extent(cells, left_cells, values, parsed)
    height = last_row - cells.head_rows
    first = cells.head_rows + 1
    is_filled = np.zeros(height, dtype=bool)
    for rows in cells.filled:
        is_filled[rows - first] = True
    for cell, value in zip(left_cells, values, strict=True):
        if value != "":
            is_filled[cell.row - first] = True
    columns = _Columns(cells, height)
    columns.take_shared(texts, flat, is_filled)
    columns.take_left(left_cells, values)
    head = [[*row[:width], *[""] * (width - len(row))] for row in parsed[: cells.head_rows]]
    head += [[""] * width for _ in range(cells.head_rows - len(head))]
    return PlainSheet(head, {at: columns.column(at + 1) for at in wanted}, is_filled, last_row, width)


def _at(parsed: list[list[object]], row: int, column: int) -> object:
    return parsed[row][column] if row < len(parsed) and column < len(parsed[row]) else ""


def _check_styles(cells: PlainCells, left: LeftSheet, parsed: list[list[object]]) -> None:
    found = [cell for row in parsed[left.styles_at :] for cell in row][: len(cells.styles)]
    if len(found) != len(cells.styles) or any(type(cell) is not float for cell in found):
        raise NotPlainError


def _extent(
    cells: PlainCells, left_cells: list[LeftCell], values: list[object], parsed: list[list[object]]
) -> tuple[int, int]:
    """The last row and column with a cell; unknown where a cell beyond all others came back empty."""
    head = [(number, at) for number, row in enumerate(parsed[: cells.head_rows], 1) for at in _filled(row)]
    body = [(cell.row, cell.column) for cell, value in zip(left_cells, values, strict=True) if value != ""]
    last_row = max([cells.last_row, *(row for row, _ in body)])
    width = max([cells.last_column, *(column for _, column in head), *(column for _, column in body)])
    if last_row <= cells.head_rows or any(cell.row > last_row or cell.column > width for cell in cells.left):
        raise NotPlainError
    return last_row, width


def _filled(row: list[object]) -> list[int]:
    return [at for at, cell in enumerate(row, 1) if cell != ""]


class _Columns:
    """Columns from their three sources; rows are counted from 0 below the first rows."""

    def __init__(self, cells: PlainCells, height: int) -> None:
        self._cells = cells
        self._first = cells.head_rows + 1
        self._height = height
        self._texts = pl.Series([""], dtype=pl.String)
        self._shared: dict[int, np.ndarray] = {}
        self._left: dict[int, tuple[list[int], list[object]]] = {}

    def take_shared(self, numbers: np.ndarray, texts: list[object], is_filled: np.ndarray) -> None:
        """Cells that refer to a text of the table of texts."""
        if not self._cells.shared:
            return
        self._texts = pl.Series(["", *texts], dtype=pl.String)
        is_text = (self._texts != "").to_numpy()
        rows, columns, found = np.concatenate(self._cells.shared, axis=1)
        entries = np.searchsorted(numbers, found) + 1
        is_filled[rows[is_text[entries]] - self._first] = True
        order = np.argsort(columns.astype(np.int16), kind="stable")
        ends = np.cumsum(np.bincount(columns))
        for column in np.unique(columns).tolist():
            chosen = order[ends[column - 1] : ends[column]]
            taken = np.zeros(self._height, dtype=np.int32)
            taken[rows[chosen] - self._first] = entries[chosen]
            self._shared[column] = taken

    def take_left(self, cells: list[LeftCell], values: list[object]) -> None:
        """Cells that the parser has read."""
        for cell, value in zip(cells, values, strict=True):
            rows, kept = self._left.setdefault(cell.column, ([], []))
            rows.append(cell.row - self._first)
            kept.append(value)

    def column(self, number: int) -> Column:
        """One column, ``number`` from 1."""
        text, is_number = self._plain(number)
        kinds = None
        if is_number is not None:
            text = _numbers_written(text, is_number)
            kinds = is_number.cast(pl.Int8) * int(Kind.NUMBER)
        if (taken := self._shared.get(number)) is not None:
            shared = self._texts.gather(taken)
            text = shared if text is None else text.zip_with(pl.Series(taken == 0), shared)
        if text is None:
            text = pl.repeat("", self._height, dtype=pl.String, eager=True)
        if number in self._left:
            rows, values = self._left[number]
            read = to_column(values)
            text = text.scatter(rows, read.text)
            if read.kinds is not None:
                kinds = pl.repeat(0, self._height, dtype=pl.Int8, eager=True) if kinds is None else kinds
                kinds = kinds.scatter(rows, read.kinds)
        return Column(text.alias(""), kinds)

    def _plain(self, number: int) -> tuple[pl.Series | None, pl.Series | None]:
        """Texts and written numbers as they stand in the XML, and which are numbers (None: no cell is)."""
        parts = [each for each in self._cells.values if number < len(each.cell_ends)]
        cells = [slice(int(each.cell_ends[number - 1]), int(each.cell_ends[number])) for each in parts]
        data = [each.data[int(each.byte_ends[number - 1]) : int(each.byte_ends[number])] for each in parts]
        if not any(len(piece) for piece in data):
            return None, None
        rows = np.concatenate([each.rows[of] for each, of in zip(parts, cells, strict=True)]) - self._first
        ends = np.zeros(self._height + 1, dtype=np.int64)
        ends[rows + 1] = np.concatenate([each.sizes[of] for each, of in zip(parts, cells, strict=True)])
        joined = np.concatenate(data)
        array = pa.LargeStringArray.from_buffers(self._height, pa.py_buffer(np.cumsum(ends)), pa.py_buffer(joined))
        try:
            array.validate(full=True)
        except pa.ArrowInvalid as error:
            raise NotPlainError from error
        is_number = np.concatenate([each.is_number[of] for each, of in zip(parts, cells, strict=True)])
        text = pl.Series(array)
        if not is_number.any():
            return text, None
        everywhere = np.zeros(self._height, dtype=bool)
        everywhere[rows] = is_number
        return text, pl.Series(everywhere)


def _numbers_written(text: pl.Series | None, is_number: pl.Series) -> pl.Series:
    """The column with its numbers in their canonical form; each different one is written once."""
    if text is None:
        raise NotPlainError
    numbers = text.filter(is_number)
    distinct = numbers.unique()
    if not distinct.str.contains(_NUMBER).all():
        raise NotPlainError
    other = distinct.filter(~distinct.str.contains(_CANONICAL))
    values = list(map(float, other))
    if not all(map(math.isfinite, values)):
        raise NotPlainError
    canonical = pl.Series(list(map(number_text, values)), dtype=pl.String)
    if (is_same := canonical == other).all():
        return text
    return text.scatter(is_number.arg_true(), numbers.replace(other.filter(~is_same), canonical.filter(~is_same)))
