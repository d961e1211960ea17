"""Damage to a workbook's own XML and archive: what broken programs and broken transfers leave.

Truth stays the clean table. Where the XML still says it all, the reader is held to it; where a part is gone it may
refuse, and an archive that does not open has to be refused.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

from benchmarks.pollution.books import Book, by_value, edited, sheet_rows
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import Clean
from benchmarks.pollution.truth import Case, Expected, Owed, Refusal

XLSX = ".xlsx"
SHEET = "xl/worksheets/sheet1.xml"
CELL = re.compile(r"<c [^>]*?(?:/>|>.*?</c>)", re.DOTALL)


def _plain(seat: Seat, *names: str) -> tuple[Clean, Expected, bytes]:
    clean, book = by_value(seat.table(*names)), Book()
    truth = book.put(book.sheet("Sheet1"), clean)
    return clean, truth, book.finish()


@damage(weight=3, suffix=XLSX)
def workbook_formula_without_value(seat: Seat) -> Case:
    """Formulas whose results were never stored: nobody may work them out, the cells are blank and doubted."""
    clean, book = by_value(seat.table("register", "treasury", "statistics", "shop", "narrow", "wide")), Book()
    sheet = book.sheet("Sheet1")
    truth = book.put(sheet, clean)
    column = clean.of_kind("money")[-1]
    count = (1, 3, len(clean.rows))[seat.ordinal // 6 % 3]
    rows = sorted(seat.random.sample(range(len(clean.rows)), min(count, len(clean.rows))))
    for row in rows:
        sheet.write_formula(row + 1, column, f"=SUM({clean.rows[row][column]},0)", None, 0)
    raw = edited(book.finish(), {SHEET: lambda text: re.sub(r"(</f>)<v>0</v>", r"\1", text)})
    truth = replace(truth, damaged=frozenset(rows))
    return seat.raw_case(raw, clean.name, truth, by_value=True)


@damage(weight=3, suffix=XLSX)
def workbook_string_index(seat: Seat) -> Case:
    """A cell points beyond the list of shared strings: its text is gone."""
    clean, truth, raw = _plain(seat)
    column = clean.of_kind("text", "code", "long", "id")[0]
    row, _ = seat.place(len(clean.rows), 1)
    address = f"{chr(65 + column)}{row + 2}"
    index = (999_999, -1, 2**31)[seat.ordinal % 3]

    def point(text: str) -> str:
        return re.sub(rf'(<c r="{address}"[^>]*t="s"[^>]*><v>)\d+', rf"\g<1>{index}", text)

    truth = replace(truth, damaged=frozenset([row]))
    refusal = Refusal.MAY
    return seat.raw_case(edited(raw, {SHEET: point}), clean.name, truth, refusal=refusal, by_value=True)


@damage(weight=3, suffix=XLSX)
def workbook_dimension(seat: Seat) -> Case:
    """The sheet's stated extent is too small, far too large, or missing: the cells themselves are right."""
    clean, truth, raw = _plain(seat)
    stated = ('<dimension ref="A1:B2"/>', '<dimension ref="A1:XFD1048576"/>', "", '<dimension ref="A1"/>')
    new = stated[seat.ordinal // 9 % 4]
    raw = edited(raw, {SHEET: lambda text: re.sub(r"<dimension [^>]*/>", new, text)})
    return seat.raw_case(raw, clean.name, truth, recoverable=True, owed=Owed.MAY, by_value=True)


@damage(weight=2, suffix=XLSX)
def workbook_missing_part(seat: Seat) -> Case:
    """A part of the archive is gone: relationships, shared strings, styles, the list of sheets."""
    clean, truth, raw = _plain(seat)
    parts = ("xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "_rels/.rels")
    part = parts[seat.ordinal // 9 % len(parts)]
    truth = replace(truth, damaged=frozenset(range(len(clean.rows))))
    owed = Owed.MAY if part in ("_rels/.rels", "xl/styles.xml") else Owed.YES  # without dates nothing is lost
    return seat.raw_case(edited(raw, {part: None}), clean.name, truth, refusal=Refusal.MAY, owed=owed, by_value=True)


@damage(weight=2, suffix=XLSX)
def workbook_cut(seat: Seat) -> Case:
    """The archive ends early, or bytes in its middle are zeros: it has to be refused."""
    clean, _, raw = _plain(seat)
    size = len(raw)
    if seat.ordinal % 3:
        return seat.raw_case(raw[: int(size * seat.random.uniform(0.1, 0.97))], clean.name, refusal=Refusal.DUE)
    start = raw.index(b"xl/worksheets/sheet1.xml") + 60
    return seat.raw_case(raw[:start] + bytes(120) + raw[start + 120 :], clean.name, refusal=Refusal.DUE)


def _row_order(seat: Seat, change: Callable[[list[str]], list[str]]) -> Case:
    clean, truth, raw = _plain(seat)
    raw = edited(raw, {SHEET: lambda text: sheet_rows(text, change)})
    return seat.raw_case(raw, clean.name, truth, recoverable=True, owed=Owed.MAY, refusal=Refusal.MAY, by_value=True)


@damage(weight=2, suffix=XLSX)
def workbook_rows_out_of_order(seat: Seat) -> Case:
    """Rows stand in another order in the XML than their numbers say: the numbers are right."""

    def move(rows: list[str]) -> list[str]:
        place = 2 + seat.ordinal % (len(rows) - 4)
        return [*rows[:place], rows[place + 1], rows[place], *rows[place + 2 :]]

    return _row_order(seat, move)


@damage(weight=2, suffix=XLSX)
def workbook_cells_out_of_order(seat: Seat) -> Case:
    """Cells of one row stand in another order than their addresses say."""

    def turn(rows: list[str]) -> list[str]:
        place = 1 + seat.ordinal % (len(rows) - 2)
        cells = CELL.findall(rows[place])
        head = rows[place][: rows[place].index(cells[0])]
        return [*rows[:place], head + "".join(reversed(cells)) + "</row>", *rows[place + 1 :]]

    return _row_order(seat, turn)


@damage(weight=2, suffix=XLSX)
def workbook_no_addresses(seat: Seat) -> Case:
    """Rows and cells without addresses: order alone says where they are (tables without blank cells)."""
    clean, truth, raw = _plain(seat, "treasury", "statistics", "shop", "narrow", "wide", "notes", "words")

    def strip(text: str) -> str:
        return re.sub(r'(<row|<c) r="[A-Z]*\d+"', r"\1", text)

    raw = edited(raw, {SHEET: strip})
    return seat.raw_case(raw, clean.name, truth, recoverable=True, owed=Owed.MAY, refusal=Refusal.MAY, by_value=True)


@damage(weight=2, suffix=XLSX)
def workbook_inline_strings(seat: Seat) -> Case:
    """Texts inside the cells instead of the shared list, some in runs of several formats."""
    clean, truth, raw = _plain(seat)
    texts = re.compile(r't="s"([^>]*)><v>(\d+)</v>')
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        shared = archive.read("xl/sharedStrings.xml").decode()
    strings = [html.unescape(each) for each in re.findall(r"<si><t[^>]*>(.*?)</t></si>", shared, flags=re.DOTALL)]

    def inline(found: re.Match[str]) -> str:
        text = strings[int(found[2])]
        half = len(text) // 2 if seat.ordinal % 2 else 0
        runs = [html.escape(part, quote=False) for part in (text[:half], text[half:]) if part]
        body = "".join(f'<r><t xml:space="preserve">{run}</t></r>' for run in runs)
        plain = f'<t xml:space="preserve">{html.escape(text, quote=False)}</t>'
        return f't="inlineStr"{found[1]}><is>{body if half else plain}</is>'

    raw = edited(raw, {SHEET: lambda text: texts.sub(inline, text)})
    return seat.raw_case(raw, clean.name, truth, recoverable=True, owed=Owed.NO, by_value=True)


@damage(weight=1, suffix=".csv")
def workbook_wrong_suffix(seat: Seat) -> Case:
    """A sound workbook under a name that ends in .csv."""
    clean, truth, raw = _plain(seat)
    return seat.raw_case(raw, clean.name, truth, recoverable=True, owed=Owed.MAY, refusal=Refusal.MAY, by_value=True)
