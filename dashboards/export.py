"""What leaves the screen: a workbook or a CSV with its notes, so that a figure never travels without its definition.

Texts are written as texts: a cell that begins like a formula stays what it was and is never evaluated.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from dashboards.small_cells import HIDDEN_COLUMNS
from dashboards.words import HIDDEN

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Column:
    """One exported column: its name in the frame, its heading with the unit, and how Excel shows it."""

    name: str
    heading: str
    number_format: str = "General"

    def rounded(self, value: object) -> object:
        """A number as a workbook shows it, for files without formats: per cent times 100, with its decimals."""
        if isinstance(value, bool) or not isinstance(value, float | Decimal):
            return value
        if self.number_format == "General":
            return Decimal(f"{value:.15g}")
        digits = self.number_format.rstrip("%")
        is_percent = digits != self.number_format
        return Decimal(f"{value * 100 if is_percent else value:.{len(digits.partition('.')[2])}f}")


@dataclass(frozen=True)
class Sheet:
    """One exported table under its title."""

    title: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]

    def values(self, name: str) -> list[object]:
        """The cells of a column as they are exported: a hidden small cell is ``*``, the others keep their type."""
        hidden = is_hidden(self.frame, name).to_list()
        return [HIDDEN if flag else value for flag, value in zip(hidden, self.frame[name].to_list(), strict=True)]


@dataclass(frozen=True)
class Notes:
    """What must travel along: headings of the notes and rows of (subject, text)."""

    title: str
    headings: tuple[str, str]
    rows: tuple[tuple[str, str], ...]


def is_hidden(frame: pl.DataFrame, column: str) -> pl.Series:
    """Which rows of a frame hide the value of a column as a small cell."""
    if HIDDEN_COLUMNS not in frame.columns:
        return pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height)
    return frame[HIDDEN_COLUMNS].list.contains(column).fill_null(value=False)


def guarded(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe; numbers and dates stay as they are."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return "'" + value
    return value


def to_xlsx(sheets: Sequence[Sheet], notes: Notes, mark: str) -> bytes:
    """A workbook with one sheet per table and the notes last; ``mark`` (synthetic data) heads every sheet."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(_sheet_name(sheet.title))
            page.write_string(0, 0, " · ".join(filter(None, (sheet.title, mark))), book.add_format({"bold": True}))
            page.freeze_panes(3, 1)
            page.set_column(0, len(sheet.columns) - 1, 16)
            for index, column in enumerate(sheet.columns):
                page.write_string(2, index, column.heading, bold)
                form = book.add_format({"num_format": column.number_format})
                for row, value in enumerate(sheet.values(column.name), start=3):
                    _write_cell(page, row, index, value, form)
        page = book.add_worksheet(_sheet_name(notes.title))
        page.set_column(0, 0, 28)
        page.set_column(1, 1, 90)
        for index, heading in enumerate(notes.headings):
            page.write_string(0, index, heading, bold)
        for row, (subject, text) in enumerate(notes.rows, start=1):
            page.write_string(row, 0, subject, wrapped)
            page.write_string(row, 1, text, wrapped)
    return buffer.getvalue()


def to_csv_zip(sheets: Sequence[Sheet], notes: Notes, mark: str) -> bytes:
    """A ZIP with one CSV per table (UTF-8 with BOM, as office programs expect) and the notes beside them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            archive.writestr(f"{_sheet_name(sheet.title)}.csv", to_csv(sheet))
        marked = [[mark, ""]] if mark else []
        archive.writestr(f"{notes.title}.csv", _csv([list(notes.headings), *marked, *map(list, notes.rows)]))
    return buffer.getvalue()


def to_csv(sheet: Sheet) -> bytes:
    """One table alone as CSV (UTF-8 with BOM), guarded like the others."""
    rows: list[list[object]] = [[column.heading for column in sheet.columns]]
    cells = [[column.rounded(value) for value in sheet.values(column.name)] for column in sheet.columns]
    return _csv([*rows, *map(list, zip(*cells, strict=True))])


def _write_cell(page: Any, row: int, column: int, value: object, form: Any) -> None:
    if value is None:
        page.write_string(row, column, "—")
    elif isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, form)
    else:
        page.write_string(row, column, _text(value))


def _text(value: object) -> str:
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["—" if value is None else guarded(value) for value in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _sheet_name(title: str) -> str:
    """A title without the characters that Excel and file systems refuse, 31 characters long at most."""
    return "".join(" " if character in r"[]:*?/\'<>|" else character for character in title).strip()[:31]
