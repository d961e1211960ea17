"""Writes one table as an old workbook (XLS, BIFF8), over several sheets where it is longer than one.

Belongs here: XLS bytes. Does not belong here: which values a cell gets, which rows stand in which sheet.

Globals, titles, headers and the container come from xlwt; the records of the data rows are built column by column, for
a call per cell would take a minute a ledger. Record layouts: [MS-XLS] 2.4.149 LabelSst, 2.4.180 Number.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from pipelines.simulate.sheets import split
from pipelines.simulate.writing import Cell, CellKind, Table

_LABEL, _NUMBER = 0x00FD, 0x0203
_EPOCH_OFFSET = (dt.date(1970, 1, 1) - dt.date(1899, 12, 30)).days
_WIDEST = 18


def write_old_workbook(path: Path, table: Table, *, created: dt.date) -> None:
    """Write ``table`` as XLS; ``created`` is a day in the hidden note. Raises ValueError for a cell of an odd kind."""
    import xlwt  # only counties with such a feed pay for it

    book = xlwt.Workbook(encoding="utf-8")
    bold = xlwt.easyxf("font: bold on")
    dated = book.add_style(xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    plain = book.add_style(xlwt.easyxf())
    for one in split(table):
        sheet = book.add_sheet(one.sheet)
        for row, title in enumerate(one.titles):
            sheet.write(row, 0, title, bold)
        for column, header in enumerate(one.headers):
            sheet.write(len(one.titles), column, header, bold)
        sheet.flush_row_data()
        sheet.row_tempfile.write(_records(book, one, plain, dated))
        start = one.first_data_row - 1 + one.row_count
        for offset, footer in enumerate(one.footers):
            for column, cell in footer.items():
                sheet.write(start + offset, column, float(cell.value) if cell.kind == "number" else cell.value)
        sheet.last_used_row = max(start + len(one.footers) - 1, len(one.titles))
        sheet.last_used_col = len(one.headers) - 1
    note = book.add_sheet("说明")
    note.write(0, 0, f"{created} {table.hidden_note or '模拟数据，不涉及任何真实个人。'}")
    note.visibility = 1
    target = io.BytesIO()
    book.save(target)
    path.write_bytes(target.getvalue())


def _records(book: Any, table: Table, plain: int, dated: int) -> bytes:
    """The cell records of all data rows, row after row."""
    count, width = table.row_count, len(table.columns)
    cells = np.zeros((count, width, _WIDEST), np.uint8)
    sizes = np.zeros((count, width), np.int64)
    rows = np.arange(count) + table.first_data_row - 1
    for column, (values, kind) in enumerate(zip(table.columns, table.kinds, strict=True)):
        at_column = (cells[:, column], sizes[:, column])
        special = {row: cell for (row, at), cell in table.cells.items() if at == column}
        usual = values.scatter(list(special), None) if special else values
        style = dated if kind == "date" else plain
        _put(*at_column, (rows, column, style), _label_or_number(book, usual, kind))
        for row, cell in special.items():
            one = _of_cell(book, cell)
            if one is not None:
                here = slice(row, row + 1)
                _put(at_column[0][here], at_column[1][here], (rows[here], column, plain), one)
    used = np.arange(_WIDEST) < sizes[:, :, np.newaxis]
    return cells[used].tobytes()


_Values = tuple[bool, np.ndarray, np.ndarray]


def _label_or_number(book: Any, values: pl.Series, kind: CellKind) -> _Values:
    """Whether the cells are texts, which are filled, and string numbers or numbers."""
    filled = values.is_not_null().to_numpy()
    if kind == "text":
        distinct = values.drop_nulls().unique(maintain_order=True)
        numbers = pl.Series([book.add_str(text) for text in distinct], dtype=pl.Int64)
        return True, filled, values.replace_strict(distinct, numbers, default=0).fill_null(0).to_numpy()
    if kind == "date":
        days = values.str.to_date("%Y-%m-%d").to_physical().cast(pl.Float64) + _EPOCH_OFFSET
        return False, filled, days.fill_null(0).to_numpy()
    return False, filled, values.cast(pl.Float64).fill_null(0).to_numpy()


def _of_cell(book: Any, cell: Cell) -> _Values | None:
    if cell.kind == "empty":
        return None
    if cell.kind == "error":
        raise ValueError("an old workbook is written without error cells")
    return _label_or_number(book, pl.Series([cell.value]), cell.kind)


def _put(cells: np.ndarray, sizes: np.ndarray, place: tuple[np.ndarray, int, int], values: _Values) -> None:
    """Lay the records of one column; ``place`` is their rows, the column and the style."""
    is_text, filled, found = values
    fields = [("id", "<u2"), ("size", "<u2"), ("row", "<u2"), ("column", "<u2"), ("style", "<u2")]
    record = np.zeros(len(filled), np.dtype([*fields, ("value", "<u4" if is_text else "<f8")]))
    record["id"], record["size"] = (_LABEL, 10) if is_text else (_NUMBER, 14)
    record["row"], record["column"], record["style"] = place
    record["value"] = found
    width = record.dtype.itemsize
    cells[:, :width] = record.view(np.uint8).reshape(len(filled), width)
    sizes[:] = np.where(filled, width, 0)
