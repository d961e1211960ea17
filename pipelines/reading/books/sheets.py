"""One sheet of a workbook in full: the parser's cells, put right by what the file itself says about them.

Belongs here: opening a workbook, both sources of knowledge brought together, damage that the parser overlooks. Does
not belong here: grids, contracts.

The scan of the XML runs in a thread of its own while the parser, which does not hold the interpreter, unpacks cells.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

import numpy as np
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
    XmlError,
    ZipError,
    load_workbook,
)

from pipelines.contracts import Text
from pipelines.reading.books.cells import FormulaError, without_collection
from pipelines.reading.books.number_formats import UNKNOWN, NumberFormat
from pipelines.reading.books.ole import OLE_MAGIC
from pipelines.reading.books.plain_cells import NotPlainError, PlainCells
from pipelines.reading.books.sheet_biff import BiffWorkbook
from pipelines.reading.books.sheet_columns import PlainSheet, left_sheet, put_together
from pipelines.reading.books.sheet_tags import damaged
from pipelines.reading.books.sheet_xml import LAST_COLUMN, SheetFacts
from pipelines.reading.books.xlsx_parts import XlsxParts
from pipelines.reading.doubts import Doubt
from pipelines.reading.refusals import not_readable, refuse_panics

LEAST_PLAIN_BYTES = 2 << 20  # smaller sheets gain nothing
_LEAP_BUG = 60
_LAST_SERIAL = 2_958_466
_Result = TypeVar("_Result")


@dataclass
class LoadedSheet:
    """A sheet's cells from its first used row and column (both counted from 1), with the facts about them.

    ``doubts`` are about cells that were put right or could not be.
    """

    name: str
    rows: list[list[object]]
    top: int
    left: int
    facts: SheetFacts
    formats: dict[int, NumberFormat]
    is_hidden: bool
    doubts: list[Doubt]

    @property
    def width(self) -> int:
        """Columns of the used area."""
        return len(self.rows[0]) if self.rows else 0

    @property
    def last_row(self) -> int:
        """The last used row in the source."""
        return self.top + len(self.rows) - 1

    def cell(self, row: int, column: int) -> object:
        """The cell at a place of the source, blank outside of the used area."""
        is_inside = self.top <= row <= self.last_row and self.left <= column < self.left + self.width
        return self.rows[row - self.top][column - self.left] if is_inside else ""


@refuse_panics
def open_calamine(raw: bytes) -> CalamineWorkbook:
    """Open a workbook; raises FileRefusedError for what cannot be opened."""
    try:
        return load_workbook(io.BytesIO(raw))
    except PasswordError as error:
        raise not_readable("文件加了密码", "it is protected by a password") from error
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise not_readable("内部结构损坏", "its inner structure is damaged") from error


@refuse_panics
def calamine_sheet(workbook: CalamineWorkbook, name: str) -> CalamineSheet:
    """One sheet; raises FileRefusedError when it is damaged."""
    try:
        return workbook.get_sheet_by_name(name)
    except (CalamineError, XmlError, ZipError, OSError, ValueError) as error:
        raise not_readable(f"工作表{name}的内部结构损坏", f"the sheet {name} is damaged inside") from error


class Workbook:
    """An opened workbook of either format; sheets are loaded one at a time."""

    def __init__(self, raw: bytes) -> None:
        self.format = "xls" if raw.startswith(OLE_MAGIC) else "xlsx"
        self._raw = raw
        self._names: CalamineWorkbook | None = None  # a copy that names the same sheets, where one was opened already
        if self.format == "xls":
            _ = self._calamine  # it says best why an old workbook cannot be opened
        self._source = BiffWorkbook(raw) if self.format == "xls" else XlsxParts(raw)

    @cached_property
    def _calamine(self) -> CalamineWorkbook:
        return open_calamine(self._raw)

    @cached_property
    def sheets(self) -> list[SheetMetadata]:
        """The worksheets, hidden ones included, in the workbook's order."""
        return [
            sheet for sheet in (self._names or self._calamine).sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def is_hidden(self, name: str) -> bool:
        """True for a hidden or very hidden sheet."""
        return any(sheet.name == name and sheet.visible != SheetVisibleEnum.Visible for sheet in self.sheets)

    def last_row(self, name: str) -> int:
        """The last row of a sheet without reading its cells."""
        if isinstance(self._source, BiffWorkbook):
            return self._facts(name).last_row
        return self._source.last_row(name) if name in self._source.parts else 0

    def _facts(self, name: str, plain: PlainCells | None = None) -> SheetFacts:
        if isinstance(self._source, BiffWorkbook):
            names = [sheet.name for sheet in self._calamine.sheets_metadata]
            return self._source.facts(names.index(name))
        return self._source.facts(name, plain) if name in self._source.parts else SheetFacts()

    @refuse_panics
    def load(self, name: str, *, from_origin: bool = False) -> LoadedSheet:
        """The cells of a sheet, from its first used cell or, with ``from_origin``, from A1."""
        with ThreadPoolExecutor(1) as thread:
            return self._load(name, thread.submit(self._facts, name), from_origin=from_origin)

    @refuse_panics
    def load_columns(self, name: str, head_rows: int, wanted: Sequence[int]) -> tuple[LoadedSheet, PlainSheet | None]:
        """A sheet from A1 on; of a large plain one the ``wanted`` columns (from 0) below its first rows as columns.

        Then the sheet's rows below the first ones are blank, all else about it is as ``load`` tells it.
        """
        source = self._source
        is_large = isinstance(source, XlsxParts) and source.unpacked_size(name) >= LEAST_PLAIN_BYTES
        if not is_large:
            return self.load(name, from_origin=True), None
        cells = PlainCells(head_rows, [at + 1 for at in wanted], LAST_COLUMN)
        with ThreadPoolExecutor(1) as thread:
            pending = thread.submit(self._facts, name, cells)
            pending.add_done_callback(lambda _: cells.settled.set())
            cells.settled.wait()
            plain = None if cells.is_given_up else self._plain(name, cells, pending.result(), wanted)
            if plain is None:
                return self._load(name, pending, from_origin=True), None
        blank: list[object] = [""] * plain.width
        rows = [*plain.head, *[blank] * (plain.last_row - head_rows)]
        facts, formats = pending.result(), self._source.formats
        return LoadedSheet(name, rows, 1, 1, facts, formats, self.is_hidden(name), []), plain

    def _plain(self, name: str, cells: PlainCells, facts: SheetFacts, wanted: Sequence[int]) -> PlainSheet | None:
        """The sheet in columns, None where it takes the parser alone."""
        source = self._source
        is_odd = any((facts.repeated, facts.errors, facts.empty_formulas, facts.early_dates, facts.hidden_columns))
        is_odd |= any(source.formats.get(style, UNKNOWN).is_missed_date for _, style in facts.styles)
        if is_odd or not isinstance(source, XlsxParts):
            return None
        texts = np.unique(np.concatenate([shared[2] for shared in cells.shared])) if cells.shared else np.zeros(0, int)
        try:
            left = left_sheet(cells, texts)
            small = open_calamine(source.with_sheet(name, left.xml))
            with without_collection():
                parsed: list[list[object]] = calamine_sheet(small, name).to_python(skip_empty_area=False)  # type: ignore[assignment]
            self._names = small
            return put_together(cells, left, texts, parsed, wanted)
        except NotPlainError:
            return None

    def _load(self, name: str, pending: Future[SheetFacts], *, from_origin: bool) -> LoadedSheet:
        """The cells by the parser, while the facts are still being found."""
        sheet = _either(lambda: calamine_sheet(self._calamine, name), pending.result)
        with without_collection():
            rows = sheet.to_python(skip_empty_area=not from_origin)
        facts = pending.result()
        if facts.repeated:
            row, column = facts.repeated[0]
            raise damaged(
                f"工作表{name}第{row}行第{column}列的单元格出现了两次",
                f"the sheet {name} has two cells for row {row}, column {column}",
            )
        start, end = sheet.start, sheet.end
        if end is not None and (end[0] + 1 > facts.last_row or end[1] + 1 > facts.last_column):
            raise damaged(f"工作表{name}的单元格范围不一致", f"the sheet {name} has cells beyond its own extent")
        top, left = (1, 1) if from_origin or start is None else (start[0] + 1, start[1] + 1)
        loaded = LoadedSheet(name, rows, top, left, facts, self._source.formats, self.is_hidden(name), [])  # type: ignore[arg-type]
        _make_room(loaded, [*facts.errors, *facts.empty_formulas])
        self._put_right(loaded)
        return loaded

    def _missed_dates(self, sheet: LoadedSheet) -> None:
        """Numbers in date formats that the parser does not know as such."""
        epoch = datetime(1904, 1, 1) if self._source.is_1904 else datetime(1899, 12, 30)
        for (column, style), rows in sheet.facts.styles.items():
            if (found := sheet.formats.get(style)) is None or not found.is_missed_date:
                continue
            for row in rows.tolist():
                cell = sheet.cell(row, column)
                if isinstance(cell, int | float) and _LEAP_BUG < cell < _LAST_SERIAL:
                    sheet.rows[row - sheet.top][column - sheet.left] = epoch + timedelta(days=cell)

    def _put_right(self, sheet: LoadedSheet) -> None:
        """Errors and formulas without a result, which the parser shows as blank, and dates that it misplaces."""
        facts = sheet.facts
        self._missed_dates(sheet)
        for (row, column), text in facts.errors.items():
            sheet.rows[row - sheet.top][column - sheet.left] = FormulaError(text)
            sheet.doubts.append(Doubt("formula", row, column))
        for row, column in facts.empty_formulas:
            sheet.rows[row - sheet.top][column - sheet.left] = FormulaError("")
            sheet.doubts.append(Doubt("formula", row, column))
        for (row, column), serial in facts.early_dates.items():
            cell, detail = early_date(serial, is_1904=self._source.is_1904)
            if cell is not None and sheet.cell(row, column) != "":
                sheet.rows[row - sheet.top][column - sheet.left] = cell
            if detail is not None:
                sheet.doubts.append(Doubt("number_format", row, column, detail))


def _either(first: Callable[[], _Result], second: Callable[[], object]) -> _Result:
    """The first's result; when it fails, the second's refusal goes before, for it says more."""
    try:
        return first()
    except Exception:
        second()
        raise


def early_date(serial: float, *, is_1904: bool) -> tuple[object | None, Text | None]:
    """What a serial number below 61 in a date format stands for, None when the parser has it right; and a doubt.

    Programs count a 29 February 1900 that never was: serial 60. Below 1 there is no day in the epoch of 1900.
    """
    if is_1904 and 0 <= serial < 1:
        moment = datetime(1904, 1, 1) + timedelta(days=serial)
        return (moment.date() if serial == 0 else moment), None
    if serial < 1:
        return float(serial), Text(zh="日期格式的单元格里不是日期", en="no day belongs to the number in this date cell")
    if not is_1904 and _LEAP_BUG <= serial < _LEAP_BUG + 1:
        return "1900-02-29", Text(zh="显示为1900-02-29，没有这一天", en="it shows 1900-02-29, a day that never was")
    return None, None


def _make_room(sheet: LoadedSheet, places: list[tuple[int, int]]) -> None:
    """Widen the used area so that it takes in all places: formulas without a result are no cells to the parser."""
    if not places:
        return
    rows, columns = [row for row, _ in places], [column for _, column in places]
    if not sheet.rows:
        sheet.top, sheet.left = min(rows), min(columns)
        sheet.rows = [[""]]
    above, before = max(0, sheet.top - min(rows)), max(0, sheet.left - min(columns))
    if above or before:
        blank: list[object] = [""] * before
        padding: list[list[object]] = [[""] * (before + sheet.width) for _ in range(above)]
        sheet.rows = padding + [blank + row for row in sheet.rows]
        sheet.top, sheet.left = sheet.top - above, sheet.left - before
    after = max(0, max(columns) - (sheet.left + sheet.width - 1))
    if after:
        sheet.rows = [[*row, *[""] * after] for row in sheet.rows]
    below = max(0, max(rows) - sheet.last_row)
    sheet.rows += [[""] * sheet.width for _ in range(below)]
