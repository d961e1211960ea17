"""Workbooks (.xlsx, .xls): every sheet as a grid, the first rows of each, and one sheet as a table of known columns.

Belongs here: sheets to the shapes that the rest of the reader takes. Does not belong here: limits of archives, the
inside of the formats, what the columns mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, XmlError, ZipError

from pipelines.reading.books.archives import ZIP_MAGIC, shortened
from pipelines.reading.books.cells import FormulaError, cell_text, to_column, to_grid_column, without_collection
from pipelines.reading.books.sheet_doubts import (
    ROW_CEILINGS,
    column_units,
    formats_of,
    hidden_columns,
    hidden_rows,
    sheet_doubts,
)
from pipelines.reading.books.sheets import LoadedSheet, Workbook, calamine_sheet, open_calamine
from pipelines.reading.grids import Grid
from pipelines.reading.refusals import not_readable
from pipelines.reading.tables import Column, FileRefusedError, Head, Table

HEAD_ROWS = 20


def read_grids(raw: bytes) -> list[Grid]:
    """Every worksheet that holds anything, hidden ones included; raises FileRefusedError for a damaged workbook."""
    workbook = Workbook(raw)
    grids = [_grid(workbook, sheet.name) for sheet in workbook.sheets]
    return [grid for grid in grids if grid is not None]


def _grid(workbook: Workbook, name: str) -> Grid | None:
    sheet = workbook.load(name)
    if not sheet.rows:
        return None
    columns = [to_grid_column(cells) for cells in zip(*sheet.rows, strict=True)]
    return Grid(
        format=workbook.format,
        columns=columns,
        rows=pl.Series("row", range(sheet.top, sheet.last_row + 1), dtype=pl.Int32),
        sheet=name,
        first_column=sheet.left,
        is_hidden=sheet.is_hidden,
        merged=sheet.facts.merged,
        doubts=sheet_doubts(sheet),
        column_units={column - sheet.left: unit for column, unit in column_units(sheet).items()},
    )


def heads(raw: bytes) -> list[Head]:
    """The first rows of every worksheet.

    Of an .xlsx only the first rows are given to the parser: a copy of the archive in memory whose sheets end after
    twenty rows, so that recognising a large register costs little.
    """
    workbook = open_calamine(shortened(raw, HEAD_ROWS) if raw.startswith(ZIP_MAGIC) else raw)
    found = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ == SheetTypeEnum.WorkSheet:
            try:
                rows = calamine_sheet(workbook, sheet.name).to_python(skip_empty_area=False, nrows=HEAD_ROWS)
            except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
                raise not_readable(f"工作表{sheet.name}的内部结构损坏", f"the sheet {sheet.name} is damaged") from error
            head = Head(sheet.name, [[cell_text(cell) for cell in row] for row in rows])
            found.append(replace(head, is_hidden=sheet.visible != SheetVisibleEnum.Visible))
    return found


def require_cells(raw: bytes, heads: Sequence[Head]) -> None:
    """Refuse a workbook in whose sheets nothing is written; ``heads`` are its first rows."""
    if any(cell.strip() for head in heads for row in head.rows for cell in row):
        return
    names = [head.sheet for head in heads]
    if any(last > HEAD_ROWS for last in last_rows(raw, names).values()):
        return
    listed = "、".join(names)
    raise FileRefusedError(
        f"工作簿是空的：工作表{listed}里没有任何内容。",
        f"The workbook is empty: nothing is written in its sheet{'' if len(names) == 1 else 's'} {', '.join(names)}.",
        "请核对是否发错了文件或导出失败，重新导出并报送。",
        "Check whether the wrong file was sent or the export failed, export it again and send it.",
    )


def last_rows(raw: bytes, names: Sequence[str]) -> dict[str, int]:
    """The last row of the named worksheets, without reading cells."""
    workbook = Workbook(raw)
    return {name: workbook.last_row(name) for name in names}


def read_sheet(raw: bytes, name: str, header_index: int, positions: list[int], *, may_be_full: bool = False) -> Table:
    """The cells of one sheet below its header; only the columns at ``positions`` are turned into text.

    Rows without any cell are non-data. A sheet that ends at the format's last row is refused as cut off unless
    ``may_be_full``: then it is known to go on in another sheet. ``header_index`` is -1 for a sheet without header.
    """
    workbook = Workbook(raw)
    sheet, plain = workbook.load_columns(name, header_index + 1, positions)
    rows = sheet.rows
    if len(rows) in ROW_CEILINGS and not may_be_full:
        raise cut_off(name, len(rows))
    for row, column in sheet.facts.empty_formulas:
        rows[row - 1][column - 1] = FormulaError("#")
    header = [cell_text(cell) for cell in rows[header_index]] if header_index >= 0 else [""] * sheet.width
    width = max(len(header), sheet.width)
    positions = [position for position in positions if position < width]
    blank = [""] * width
    if plain is None:
        is_filled = np.array([row != blank for row in rows[header_index + 1 :]], dtype=bool)
        columns = _columns(sheet, header_index, positions, is_filled)
    else:
        is_filled = plain.is_filled
        keep = pl.Series(is_filled)
        columns = {at: plain.columns[at] if is_filled.all() else plain.columns[at].filter(keep) for at in positions}
    numbers = np.arange(header_index + 2, len(rows) + 1, dtype=np.int32)
    kept, empty = numbers[is_filled], numbers[~is_filled].tolist()
    return Table(
        sheet=name,
        format=workbook.format,
        encoding=None,
        header_row=header_index + 1,
        header=header,
        columns=columns,
        rows=pl.Series("row", kept),
        non_data_rows=[*range(1, header_index + 2), *empty],
        preamble=["".join(map(cell_text, row)) for row in rows[: max(header_index, 0)]],
        notes=_notes(sheet, header_index, positions),
        formats={
            position: [
                found
                for column, found, at in formats_of(sheet)
                if column == position + 1 and _reaches(at, header_index)
            ]
            for position in positions
        },
    )


def _columns(sheet: LoadedSheet, header_index: int, positions: list[int], is_filled: np.ndarray) -> dict[int, Column]:
    """The columns of the parser's cells in the rows that hold anything."""
    body = sheet.rows[header_index + 1 :]
    if not is_filled.all():
        body = [row for row, keep in zip(body, is_filled.tolist(), strict=True) if keep]
    with without_collection():
        cells = list(zip(*body, strict=True)) if body else [()] * (max(positions, default=-1) + 1)
        has_errors = bool(sheet.facts.errors or sheet.facts.empty_formulas)
        return {position: to_column(cells[position], has_formula_errors=has_errors) for position in positions}


def _reaches(rows: np.ndarray, header_index: int) -> bool:
    return bool((rows > header_index + 1).any())


def cut_off(name: str, row_count: int) -> FileRefusedError:
    """The refusal of a sheet that is full to its last row."""
    return FileRefusedError(
        f"工作表{name}正好{row_count}行，达到格式上限，后面的数据可能已丢失。",
        f"The sheet {name} has exactly {row_count} rows, the most its format can hold: what followed may be lost.",
        "请改用 CSV 导出，或分成几个文件报送。",
        "Export as CSV, or split the data over several files.",
    )


def _notes(sheet: LoadedSheet, header_index: int, positions: list[int]) -> list[tuple[str, str, int | None]]:
    """What the ledger shall say about a sheet whose rows were all read."""
    notes: list[tuple[str, str, int | None]] = []
    if sheet.is_hidden:
        notes.append(("数据在隐藏的工作表里", "the data lie in a hidden sheet", None))
    runs = [(first, last) for first, last in hidden_rows(sheet) if last > header_index + 1]
    if runs:
        count = sum(last - max(first, header_index + 2) + 1 for first, last in runs)
        filtered = ("（工作表设有筛选）", " (the sheet has a filter)") if sheet.facts.has_filter else ("", "")
        zh = f"隐藏的{count}行已照常读入{filtered[0]}"
        notes.append((zh, f"{count} hidden rows were read like the others{filtered[1]}", runs[0][0]))
    columns = [column for column in hidden_columns(sheet) if column - 1 in positions]
    if columns:
        listed = "、".join(map(str, columns))
        zh = f"隐藏的列（第{listed}列）已照常读入"
        notes.append((zh, f"hidden columns were read like the others: {listed.replace('、', ', ')}", None))
    merged = [
        each for each in sheet.facts.merged if each.last_row > header_index + 1 and each.first_row <= sheet.last_row
    ]
    if merged:
        zh = f"数据区有{len(merged)}处合并单元格，没有填充，空着的行按原样审核"
        en = f"{len(merged)} merged ranges among the data: nothing was filled in, blanks are judged as they are"
        notes.append((zh, en, merged[0].first_row))
    return notes


def empty_column(height: int) -> Column:
    """A column without a value."""
    return Column(pl.Series([None] * height, dtype=pl.String))
