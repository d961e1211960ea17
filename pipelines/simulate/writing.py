"""Writes one table as a workbook or a text file, byte for byte the same every time.

Belongs here: XLSX and CSV bytes. Does not belong here: which values a cell gets.

A workbook's titles, header, footers, styles and hidden sheets come from XlsxWriter; the data rows are built column by
column as XML and put into its sheet, because a call per cell would make the full county take many times longer.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

CellKind = Literal["text", "number", "date", "error", "empty"]
_CHUNK = 8_000
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand for ="…" until quoting is done
_EXCEL_EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class Cell:
    """A cell that differs from its column: what it holds, as text, and how it is stored."""

    kind: CellKind
    value: str


@dataclass
class Table:
    """A table as a department lays it out.

    ``columns`` are texts (dates ISO, numbers plain); ``kinds`` say how a workbook stores them. ``cells`` override
    single cells by (row, column) from 0; ``lines`` override whole lines of a text file by row from 0. ``parts`` are
    sheets by name and rows where the table stands in several, ``rows_per_sheet`` where a sheet of the format ends;
    columns of ``quoted`` are written as ``="…"`` in a text file.
    """

    sheet: str
    titles: list[str]
    headers: list[str]
    columns: list[pl.Series]
    kinds: list[CellKind]
    footers: list[dict[int, Cell]] = field(default_factory=list)
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    lines: dict[int, str] = field(default_factory=dict)
    hidden_note: str | None = None
    parts: tuple[tuple[str, int], ...] = ()
    rows_per_sheet: int | None = None
    quoted: frozenset[int] = frozenset()

    @property
    def first_data_row(self) -> int:
        """The row in the sheet, from 1, of the first data row."""
        return len(self.titles) + 2

    @property
    def row_count(self) -> int:
        """Data rows."""
        return len(self.columns[0])


def write_workbook(path: Path, tables: Sequence[Table], *, created: dt.date, level: int = 1) -> None:
    """Write tables as XLSX, one a sheet; ``level`` is the deflate level (other bytes, same rows)."""
    skeleton = io.BytesIO()
    _write_skeleton(skeleton, tables, created)
    by_member = {f"xl/worksheets/sheet{number}.xml": table for number, table in enumerate(tables, 1)}
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        date_style = _date_style(source, len(tables) + 1)
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info._compresslevel = level  # type: ignore[attr-defined]
            table = by_member.get(member.filename)
            if table is None:
                target.writestr(info, source.read(member))
                continue
            before, after = _split_sheet(source.read(member).decode(), table)
            with target.open(info, "w", force_zip64=True) as handle:
                handle.write(before.encode())
                for chunk in _row_xml(table, date_style):
                    handle.write(chunk.encode())
                handle.write(after.encode())


def _write_skeleton(target: io.BytesIO, tables: Sequence[Table], created: dt.date) -> None:
    workbook = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False})
    workbook.set_properties({"created": dt.datetime.combine(created, dt.time(9)), "comments": "模拟数据"})
    bold = workbook.add_format({"bold": True})
    for table in tables:
        sheet = workbook.add_worksheet(table.sheet)
        for row, title in enumerate(table.titles):
            sheet.write_string(row, 0, title, bold)
        for column, header in enumerate(table.headers):
            sheet.write_string(len(table.titles), column, header, bold)
        footer_start = table.first_data_row - 1 + table.row_count
        for offset, footer in enumerate(table.footers):
            for column, cell in footer.items():
                if cell.kind == "number":
                    sheet.write_number(footer_start + offset, column, float(cell.value))
                else:
                    sheet.write_string(footer_start + offset, column, cell.value)
    dated = workbook.add_format({"num_format": "yyyy-mm-dd"})
    note = workbook.add_worksheet("说明")
    note.write_datetime(0, 0, dt.datetime.combine(created, dt.time()), dated)
    note.write_string(0, 1, tables[0].hidden_note or "模拟数据，不涉及任何真实个人。")
    note.hide()
    workbook.close()


def _date_style(source: zipfile.ZipFile, note: int) -> str:
    found = re.search(r'<c r="A1" s="(\d+)"', source.read(f"xl/worksheets/sheet{note}.xml").decode())
    if found is None:
        raise RuntimeError("the note sheet has lost its dated cell")
    return found.group(1)


def _split_sheet(xml: str, table: Table) -> tuple[str, str]:
    """The sheet's XML before and after the place of the data rows."""
    footer = f'<row r="{table.first_data_row + table.row_count}"'
    at = xml.find(footer) if table.footers else xml.find("</sheetData>")
    return xml[:at], xml[at:]


def _row_xml(table: Table, date_style: str) -> Iterator[str]:
    letters = [xl_col_to_name(column) for column in range(len(table.headers))]
    for start in range(0, table.row_count, _CHUNK):
        count = min(_CHUNK, table.row_count - start)
        first = table.first_data_row + start
        number = pl.Series(range(first, first + count), dtype=pl.UInt32).cast(pl.String)
        pieces = [pl.select(pl.concat_str(pl.lit('<row r="'), number, pl.lit('">'))).to_series()]
        for column, (letter, kind) in enumerate(zip(letters, table.kinds, strict=True)):
            values = table.columns[column].slice(start, count)
            piece = _column_xml(letter, number, values, kind, date_style)
            rows = range(start, start + count)
            special = {row - start: cell for (row, at), cell in table.cells.items() if at == column and row in rows}
            if special:
                xml = [_cell_xml(f"{letter}{first + row}", cell, date_style) for row, cell in special.items()]
                piece = piece.scatter(list(special), xml)
            pieces.append(piece)
        pieces.append(pl.repeat("</row>", count, eager=True))
        yield "".join(pl.select(pl.concat_str(pieces, ignore_nulls=True)).to_series().to_list())


def _column_xml(letter: str, number: pl.Series, values: pl.Series, kind: CellKind, date_style: str) -> pl.Series:
    if kind == "text":
        if values.str.contains("[&<>]").any():
            values = values.str.replace_all("&", "&amp;").str.replace_all("<", "&lt;").str.replace_all(">", "&gt;")
        opening, closing = '" t="inlineStr"><is><t>', "</t></is></c>"
    elif kind == "date":
        values = _serial(values)
        opening, closing = f'" s="{date_style}"><v>', "</v></c>"
    else:
        opening, closing = '"><v>', "</v></c>"
    # concat_str gives null where the value is null: an empty cell is left out.
    return pl.select(
        pl.concat_str(pl.lit(f'<c r="{letter}'), number, pl.lit(opening), values, pl.lit(closing))
    ).to_series()


def _serial(values: pl.Series) -> pl.Series:
    """ISO dates as Excel's day numbers."""
    offset = (dt.date(1970, 1, 1) - _EXCEL_EPOCH).days
    return (values.str.to_date("%Y-%m-%d").to_physical() + offset).cast(pl.String)


def _cell_xml(reference: str, cell: Cell, date_style: str) -> str:
    if cell.kind == "empty":
        return ""
    if cell.kind == "number":
        return f'<c r="{reference}"><v>{cell.value}</v></c>'
    if cell.kind == "date":
        serial = (dt.date.fromisoformat(cell.value) - _EXCEL_EPOCH).days
        return f'<c r="{reference}" s="{date_style}"><v>{serial}</v></c>'
    if cell.kind == "error":
        return f'<c r="{reference}" t="e"><v>{escape(cell.value)}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{escape(cell.value)}</t></is></c>'


def write_text(path: Path, table: Table, *, encoding: str) -> None:
    """Write ``table`` as CSV with CRLF line ends in ``encoding`` (strict); titles are not written."""
    columns = []
    for at, values in enumerate(table.columns):
        special = {row: "" if cell.kind == "empty" else cell.value for (row, c), cell in table.cells.items() if c == at}
        untidy = values.clone().scatter(list(special), list(special.values())) if special else values
        if at in table.quoted:  # as exporters write a text that a spreadsheet must not take for a number
            untidy = pl.select(pl.format(f"{_OPEN}{{}}{_CLOSE}", untidy)).to_series()
        columns.append(untidy.alias(str(at)))
    body = pl.DataFrame(columns).write_csv(include_header=False, line_terminator="\r\n", quote_style="necessary")
    body = body.replace(_OPEN, '="').replace(_CLOSE, '"')
    if table.lines:
        lines = body.split("\r\n")
        for row, line in table.lines.items():
            lines[row] = line
        body = "\r\n".join(lines)
    head = ",".join(table.headers) + "\r\n"
    tail = "".join(
        ",".join(footer[at].value if at in footer else "" for at in range(len(table.headers))) + "\r\n"
        for footer in table.footers
    )
    path.write_bytes((head + body + tail).encode(encoding))


def text_line(table: Table, row: int) -> list[str]:
    """The fields of one data row as the text file would hold them."""
    fields = []
    for at, column in enumerate(table.columns):
        cell = table.cells.get((row, at))
        value = column[row] if cell is None else ("" if cell.kind == "empty" else cell.value)
        fields.append(value or "")
    return fields
