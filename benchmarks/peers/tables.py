"""A delivered file as a frame of text under the fields' names, the way pandas users read such files.

Workbooks are read in one of two ways: ``by_calamine`` is what somebody writes who has measured; ``by_pandas`` is what
``pd.read_excel`` does unless it is told otherwise, which is openpyxl (for old workbooks it advises calamine itself).

Belongs here: encodings, sheets, header rows, clean text. Does not belong here: what a value means.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from pipelines.contracts import Contract
from pipelines.contracts.model import normalise_header

HEADER_ROWS = 10
UNIT = re.compile(r"\((?:单位:)?(元|万元|亿元)\)$")
AS_TEXT = r'^="(.*)"$'
WIDE = {wide: wide - 0xFEE0 for wide in map(ord, "０１２３４５６７８９－．／＋")}
WIDE |= {first + at: first + at - 0xFEE0 for first in map(ord, "Ａａ") for at in range(26)}
WIDE |= dict.fromkeys(map(ord, "\u3000\xa0"), ord(" "))
UNCLEAN = "^[ \t\r\n=]|[ \t\r\n]$|[０-９Ａ-Ｚａ-ｚ－．／＋\u3000\xa0]"


@dataclass(frozen=True)
class Table:
    """Cells as text by field name, blank ones missing, with ``source_row``.

    ``numbers`` marks cells of identities that are numbers and have lost digits, ``units`` are the money units that
    headers state, and ``broken`` counts lines that have more or fewer cells than the header.
    """

    rows: pd.DataFrame
    units: dict[str, str]
    numbers: dict[str, pd.Series]
    broken: int = 0


@dataclass(frozen=True)
class Sheet:
    """The first cells of a visible sheet, row by row, and a frame of all below a row counted from 0."""

    first: list[list[Any]]
    below: Callable[[int], pd.DataFrame]


Reader = Callable[[Path], Iterator[Sheet]]


def by_calamine(path: Path) -> Iterator[Sheet]:
    """The visible sheets. Raises CalamineError."""
    book = CalamineWorkbook.from_path(path)
    for sheet in book.sheets_metadata:
        if sheet.visible is SheetVisibleEnum.Visible:
            cells = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            yield Sheet(cells[:HEADER_ROWS], lambda row, cells=cells: pd.DataFrame(cells[row + 1 :]))  # type: ignore[misc]


def by_pandas(path: Path) -> Iterator[Sheet]:
    """The visible sheets. Raises ValueError, BadZipFile or, for old workbooks, CalamineError."""
    if path.suffix == ".xls":
        yield from by_calamine(path)
        return
    with pd.ExcelFile(path) as book:
        visible = [sheet.title for sheet in book.book.worksheets if sheet.sheet_state == Worksheet.SHEETSTATE_VISIBLE]
        for name in visible:
            parse = partial(book.parse, name, header=None, dtype=object, na_filter=False)
            yield Sheet(parse(nrows=HEADER_ROWS).to_numpy().tolist(), lambda row, parse=parse: parse(skiprows=row + 1))


READERS: dict[str, Reader] = {"calamine": by_calamine, "pandas": by_pandas}


def read_table(path: Path, contract: Contract, reader: Reader) -> Table:
    """The file's table, all its sheets that have the header. Raises ValueError or what the reader raises."""
    if path.suffix == ".csv":
        return _read_text(path, contract)
    found = [
        _named(sheet.below(header.row), header)
        for sheet in reader(path)
        if (header := _find_header(sheet.first, contract)) is not None
    ]
    if not found:
        raise ValueError("no sheet has the header")
    if len(found) == 1:
        return found[0]
    numbers = {name: pd.concat([one.numbers[name] for one in found], ignore_index=True) for name in found[0].numbers}
    return Table(pd.concat([one.rows for one in found], ignore_index=True), found[0].units, numbers)


def _read_text(path: Path, contract: Contract) -> Table:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    lines = text.split("\n", HEADER_ROWS)[:HEADER_ROWS]
    header = _find_header(list(csv.reader(lines)), contract)
    if header is None:
        raise ValueError("no line has the header")
    broken: list[Any] = []
    if '"' in text:  # a quote that nothing closes would swallow the lines below it
        lines = text.split("\n")
        closed = [line for line in lines if line.count('"') % 2 == 0]
        broken += [None] * (len(lines) - len(closed))
        text = "\n".join(closed)

    def skip(line: Any) -> str:
        broken.append(line)
        return "skip"

    frame = pd.read_csv(
        io.BytesIO(text.encode()),
        header=None,
        skiprows=header.row,
        dtype=str,
        engine="pyarrow",
        keep_default_na=False,
        on_bad_lines=skip,
    )
    table = _named(frame.iloc[1:].reset_index(drop=True), header)
    return Table(table.rows, table.units, table.numbers, len(broken))


@dataclass(frozen=True)
class _Header:
    """Where the header stands, counted from 0, its fields by position, the units it states, fields of identities."""

    row: int
    names: dict[int, str]
    units: dict[str, str]
    identities: list[str]


def _find_header(rows: list[list[Any]], contract: Contract) -> _Header | None:
    """The first row that names what the contract is recognised by. Raises ValueError for one that is incomplete."""
    known = {normalise_header(each).upper(): field.name for field in contract.fields for each in field.headers}
    for at, row in enumerate(rows):
        names, units = {}, {}
        for place, cell in enumerate(row):
            text = normalise_header(str(cell)).upper()
            name = known.get(text) or known.get(UNIT.sub("", text))
            if name is None:
                continue
            names[place] = name
            if text not in known and (unit := UNIT.search(text)):
                units[name] = unit[1]
        if not all(known[normalise_header(each).upper()] in names.values() for each in contract.recognise):
            continue
        required = {field.name for field in contract.fields if field.required}
        if len(set(names.values())) < len(names) or required - set(names.values()):
            raise ValueError("columns are missing or occur twice")
        identities = [field.name for field in contract.fields if field.type == "identity"]
        return _Header(at, names, units, [name for name in identities if name in names.values()])
    return None


def _named(frame: pd.DataFrame, header: _Header) -> Table:
    """The header's columns of the cells below it, cleaned."""
    columns = {name: frame[place] for place, name in header.names.items()}
    numbers = {name: _are_numbers(columns[name]) for name in header.identities}
    rows = pd.DataFrame({name: cleaned(cells) for name, cells in columns.items()})
    rows["source_row"] = np.arange(header.row + 2, header.row + 2 + len(rows), dtype="int32")
    return Table(rows, header.units, numbers)


def _are_numbers(cells: pd.Series) -> pd.Series:
    if isinstance(cells.dtype, pd.StringDtype):
        return pd.Series(data=False, index=cells.index)
    return cells.map(lambda cell: isinstance(cell, int | float))


def cleaned(cells: pd.Series) -> pd.Series:
    """Cells as text without outer blanks, ``="…"`` and full-width digits; blank ones missing."""
    text = cells if isinstance(cells.dtype, pd.StringDtype) else cells.astype(str).str.removesuffix(".0")
    unclean = text.str.contains(UNCLEAN, regex=True)
    if unclean.any():
        plain = text[unclean].str.strip().str.replace(AS_TEXT, r"\1", regex=True)
        text = text.mask(unclean, plain.str.translate(WIDE).str.strip())
    blank = text == ""
    return text.mask(blank) if blank.any() else text
