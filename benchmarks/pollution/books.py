"""Clean tables written into workbooks, and edits of a workbook's own XML.

Belongs here: writing .xlsx and .xls. Does not belong here: what is damaged, truth beyond the place of rows.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter
import xlwt  # type: ignore[import-untyped]

from benchmarks.pollution.tables import Clean
from benchmarks.pollution.truth import Expected

NUMERIC = ("int", "money", "percent")
Edit = Callable[[str], str]


def by_value(clean: Clean) -> Clean:
    """The table as a workbook holds it: no thousands separators in numbers."""
    rows = [
        [cell.replace(",", "") if kind in NUMERIC else cell for cell, kind in zip(row, clean.kinds, strict=True)]
        for row in clean.rows
    ]
    return Clean(clean.name, clean.header, clean.kinds, rows)


@dataclass
class Book:
    """An .xlsx in memory; ``finish`` gives its bytes."""

    is_1904: bool = False
    buffer: io.BytesIO = field(default_factory=io.BytesIO)
    writer: Any = None
    formats: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writer = xlsxwriter.Workbook(self.buffer, {"in_memory": True, "date_1904": self.is_1904})
        self.writer.set_properties({"created": datetime(2024, 1, 1)})

    def sheet(self, name: str) -> Any:
        """A new sheet."""
        return self.writer.add_worksheet(name)

    def format(self, code: str) -> Any:
        """The cell format with this number format."""
        if code not in self.formats:
            self.formats[code] = self.writer.add_format({"num_format": code})
        return self.formats[code]

    def put(self, sheet: Any, clean: Clean, top: int = 0, left: int = 0, *, has_header: bool = True) -> Expected:
        """Writes a table with its header at a place (from 0); gives its truth."""
        if has_header:
            sheet.write_row(top, left, clean.header)
        for number, row in enumerate(clean.rows, start=top + 1):
            for column, (text, kind) in enumerate(zip(row, clean.kinds, strict=True), start=left):
                self.cell(sheet, number, column, text, kind)
        return expected(clean, top)

    def cell(self, sheet: Any, row: int, column: int, text: str, kind: str) -> None:
        """One cell by its kind: numbers as numbers, dates as dates, the rest as text."""
        if text == "":
            return
        if kind in NUMERIC:
            sheet.write_number(row, column, float(text))
        elif kind == "date":
            sheet.write_datetime(row, column, datetime.fromisoformat(text), self.format("yyyy-mm-dd"))
        else:
            sheet.write_string(row, column, text)

    def finish(self) -> bytes:
        """The file."""
        self.writer.close()
        return self.buffer.getvalue()


def expected(clean: Clean, top: int = 0, **changes: Any) -> Expected:
    """Truth of a table whose header stands in sheet row ``top`` (from 0)."""
    rows = [list(row) for row in clean.rows]
    spans = [(top + 2 + row, top + 2 + row) for row in range(len(rows))]
    return Expected(tuple(clean.header), rows, spans, **changes)


def edited(raw: bytes, edits: dict[str, Edit | None]) -> bytes:
    """The workbook with some of its parts rewritten, or left out where the edit is None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name in edits:
                edit = edits[name]
                if edit is None:
                    continue
                part = edit(part.decode()).encode()
            target.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def sheet_rows(text: str, change: Callable[[list[str]], list[str]]) -> str:
    """A sheet's XML with its <row> elements changed as a list."""
    rows = re.findall(r"<row .*?</row>", text, flags=re.DOTALL)
    start, end = text.index(rows[0]), text.index(rows[-1]) + len(rows[-1])
    return text[:start] + "".join(change(rows)) + text[end:]


@dataclass
class OldBook:
    """An .xls in memory with the same methods as ``Book``."""

    is_1904: bool = False
    writer: Any = None
    styles: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.writer = xlwt.Workbook(encoding="utf-8")
        self.writer.dates_1904 = self.is_1904

    def sheet(self, name: str) -> Any:
        """A new sheet."""
        return self.writer.add_sheet(name, cell_overwrite_ok=True)

    def style(self, code: str) -> Any:
        """The cell style with this number format."""
        if code not in self.styles:
            self.styles[code] = xlwt.easyxf(num_format_str=code)
        return self.styles[code]

    def put(self, sheet: Any, clean: Clean, top: int = 0, left: int = 0) -> Expected:
        """Writes a table with its header at a place (from 0); gives its truth."""
        for column, name in enumerate(clean.header, start=left):
            sheet.write(top, column, name)
        for number, row in enumerate(clean.rows, start=top + 1):
            for column, (text, kind) in enumerate(zip(row, clean.kinds, strict=True), start=left):
                self.cell(sheet, number, column, text, kind)
        return expected(clean, top)

    def cell(self, sheet: Any, row: int, column: int, text: str, kind: str) -> None:
        """One cell by its kind: numbers as numbers, dates as dates, the rest as text."""
        if text == "":
            return
        if kind in NUMERIC:
            sheet.write(row, column, float(text))
        elif kind == "date":
            epoch = datetime(1904, 1, 1) if self.is_1904 else datetime(1899, 12, 30)
            serial = (datetime.fromisoformat(text) - epoch).days
            sheet.write(row, column, serial, self.style("yyyy-mm-dd"))
        else:
            sheet.write(row, column, text)

    def finish(self) -> bytes:
        """The file."""
        buffer = io.BytesIO()
        self.writer.save(buffer)
        return buffer.getvalue()
