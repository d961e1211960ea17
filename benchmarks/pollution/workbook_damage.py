"""Damage to cells, rows and columns of a workbook's table: what departments' people and programs do to it.

Numbers compare by value, dates by their day. Several sheets and tables are in ``sheet_damage``, the workbook's own XML
in ``archive_damage``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from benchmarks.pollution.books import NUMERIC, Book, OldBook, by_value
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import Clean, clean_table
from benchmarks.pollution.truth import Accepted, Case, Expected, Owed

XLSX = ".xlsx"
FIGURES = ("register", "treasury", "statistics", "shop", "narrow", "wide", "notes")


def simple(
    seat: Seat,
    book: Book | OldBook,
    truth: Expected,
    table: str,
    *,
    recoverable: bool = True,
    owed: Owed = Owed.YES,
) -> Case:
    """The book as a case with one table."""
    return seat.raw_case(book.finish(), table, truth, recoverable=recoverable, owed=owed, by_value=True)


def start(seat: Seat, *names: str) -> tuple[Book, Any, Clean, Expected]:
    """A new book with one table at A1."""
    clean = by_value(seat.table(*names))
    book = Book()
    sheet = book.sheet("Sheet1")
    return book, sheet, clean, book.put(sheet, clean)


@damage(weight=3, suffix=XLSX)
def workbook_clean(seat: Seat) -> Case:
    """No damage: any doubt is a false alarm."""
    book, _, clean, truth = start(seat)
    return simple(seat, book, truth, clean.name, owed=Owed.NO)


@damage(weight=3, suffix=".xls")
def workbook_clean_xls(seat: Seat) -> Case:
    """No damage, in the old format."""
    clean, book = by_value(seat.table()), OldBook()
    truth = book.put(book.sheet("Sheet1"), clean)
    return simple(seat, book, truth, clean.name, owed=Owed.NO)


def _identities(seat: Seat, book: Book | OldBook) -> Case:
    """Some or all identities that are digits only become numeric cells: the digits beyond the 15th are lost."""
    clean = by_value(seat.table("register"))
    sheet = book.sheet("Sheet1")
    truth = book.put(sheet, clean)
    share = (1.0, 0.3, 0.05)[seat.ordinal % 3]
    rows = [row for row, cells in enumerate(clean.rows) if cells[1].isdigit() and seat.random.random() < share] or [0]
    for row in rows:
        digits = clean.rows[row][1].replace("X", "0")
        if isinstance(book, Book):
            sheet.write_number(row + 1, 1, float(digits), book.format("0"))
        else:
            sheet.write(row + 1, 1, float(digits), book.style("0"))
    return simple(seat, book, replace(truth, damaged=frozenset(rows)), clean.name, recoverable=False)


@damage(weight=4, suffix=XLSX)
def workbook_identity_number(seat: Seat) -> Case:
    """Identities stored as numbers."""
    return _identities(seat, Book())


@damage(weight=2, suffix=".xls")
def workbook_identity_number_xls(seat: Seat) -> Case:
    """Identities stored as numbers, in the old format."""
    return _identities(seat, OldBook())


@damage(weight=3, suffix=XLSX)
def workbook_lost_zero(seat: Seat) -> Case:
    """Codes of one length stored as numbers, some of which began with a zero."""
    book, sheet, clean, truth = start(seat, "register")
    rows = sorted(seat.random.sample(range(len(clean.rows)), 5))
    expect = [list(row) for row in truth.rows]
    damaged = set()
    for row in range(len(clean.rows)):
        code = ("0" + clean.rows[row][3][1:]) if row in rows else clean.rows[row][3]
        expect[row][3] = code
        if row in rows or seat.ordinal % 2:
            sheet.write_number(row + 1, 3, float(code))
            damaged |= {row} if code.startswith("0") else set()
    return simple(seat, book, replace(truth, rows=expect, damaged=frozenset(damaged)), clean.name, recoverable=False)


@damage(weight=2, suffix=XLSX)
def workbook_date_text(seat: Seat) -> Case:
    """Dates as text in the ways people write them; the text is truth."""
    book, sheet, clean, truth = start(seat, "register", "treasury", "shop", "notes")
    column = clean.of_kind("date")[0]
    expect = [list(row) for row in truth.rows]
    for row, cells in enumerate(clean.rows):
        year, month, day = cells[column].split("-")
        forms = (f"{year}.{int(month)}.{int(day)}", f"{year}{month}{day}", f"{year}年{int(month)}月{int(day)}日")
        expect[row][column] = forms[(row if seat.ordinal % 2 else seat.ordinal) % 3]
        sheet.write_string(row + 1, column, expect[row][column])
    return simple(seat, book, replace(truth, rows=expect), clean.name, owed=Owed.MAY)


@damage(weight=3, suffix=XLSX)
def workbook_date_serial(seat: Seat) -> Case:
    """One to three dates lost their format and are bare serial numbers among dates."""
    book, sheet, clean, truth = start(seat, "register", "treasury", "shop", "notes")
    column = clean.of_kind("date")[0]
    rows = sorted(seat.random.sample(range(len(clean.rows)), seat.random.randint(1, 3)))
    for row in rows:
        day = clean.rows[row][column]
        sheet.write_datetime(row + 1, column, _day(day))
    return simple(seat, book, replace(truth, damaged=frozenset(rows)), clean.name, recoverable=False)


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)


@damage(weight=2, suffix=XLSX)
def workbook_date_1904(seat: Seat) -> Case:
    """Dates counted from 1904."""
    clean = by_value(seat.table("register", "treasury", "shop", "notes", "wide"))
    book = Book(is_1904=True)
    truth = book.put(book.sheet("Sheet1"), clean)
    return simple(seat, book, truth, clean.name, owed=Owed.NO)


@damage(weight=2, suffix=".xls")
def workbook_date_1904_xls(seat: Seat) -> Case:
    """Dates counted from 1904, in the old format."""
    clean, book = by_value(seat.table("register", "treasury", "shop", "notes")), OldBook(is_1904=True)
    truth = book.put(book.sheet("Sheet1"), clean)
    return simple(seat, book, truth, clean.name, owed=Owed.NO)


@damage(weight=3, suffix=XLSX)
def workbook_hidden(seat: Seat) -> Case:
    """Hidden or filtered rows, hidden columns, hidden and very hidden sheets: the data count, and it has to be said."""
    book, sheet, clean, truth = start(seat)
    what = seat.ordinal // 9 % 5
    if what == 0:
        for row in seat.random.sample(range(len(clean.rows)), 3):
            sheet.set_row(row + 1, None, None, {"hidden": True})
    elif what == 1:
        sheet.set_column(clean.width - 1, clean.width - 1, None, None, {"hidden": True})
    elif what == 2:
        sheet.autofilter(0, 0, len(clean.rows), clean.width - 1)
        sheet.set_row(2, None, None, {"hidden": True})
    else:
        other = by_value(clean_table("narrow", seat.seed + seat.ordinal % 5))
        second = book.sheet("底稿")
        more = book.put(second, other)
        second.hide() if what == 3 else second.very_hidden()
        return seat.raw_case(book.finish(), clean.name, truth, more, recoverable=True, by_value=True)
    return simple(seat, book, truth, clean.name)


@damage(weight=2, suffix=".xls")
def workbook_hidden_xls(seat: Seat) -> Case:
    """Hidden rows or columns, in the old format."""
    clean, book = by_value(seat.table()), OldBook()
    sheet = book.sheet("Sheet1")
    truth = book.put(sheet, clean)
    if seat.ordinal // 9 % 2:
        sheet.col(1).hidden = True
    else:
        sheet.row(3).hidden = True
    return simple(seat, book, truth, clean.name)


@damage(weight=3, suffix=XLSX)
def workbook_merged_header(seat: Seat) -> Case:
    """A header of two or three rows with merged cells: groups over names, and names over both rows."""
    clean = by_value(seat.table("register", "statistics", "wide", "treasury"))
    depth = 1 + seat.ordinal // 4 % 2
    book = Book()
    sheet = book.sheet("Sheet1")
    truth = book.put(sheet, clean, top=depth)
    for level in range(depth):
        for group, first in enumerate(range(1, clean.width, 3 * (depth - level))):
            last = min(first + 3 * (depth - level) - 1, clean.width - 1)
            name = f"{'基本收支情况补充说明'[group % 10]}类{'甲乙'[level]}"
            if last > first:
                sheet.merge_range(level, first, level, last, name)
            else:
                sheet.write(level, first, name)
    sheet.merge_range(0, 0, depth, 0, clean.header[0])
    return simple(seat, book, replace(truth, is_header_flattened=True), clean.name, owed=Owed.MAY)


@damage(weight=3, suffix=XLSX)
def workbook_merged_data(seat: Seat) -> Case:
    """Cells merged over two to four rows of one column; filled or left blank, both are right if it is said."""
    book, sheet, clean, truth = start(seat, "register", "words", "wide", "treasury")
    column = clean.of_kind("text")[-1 if seat.ordinal % 2 else 0]
    accepted: Accepted = {}
    damaged: set[int] = set()
    expect = [list(row) for row in truth.rows]
    for first in range(2, len(clean.rows) - 4, 9):
        size = seat.random.randint(2, 4)
        name = clean.rows[first][column] or "甲"
        sheet.merge_range(first + 1, column, first + size, column, name, book.format("@"))
        for row in range(first, first + size):
            expect[row][column] = name
            accepted[row, column] = ("",) if row > first else ()
            damaged.add(row)
    truth = replace(truth, rows=expect, accepted=accepted, damaged=frozenset(damaged))
    return simple(seat, book, truth, clean.name)


@damage(weight=3, suffix=XLSX)
def workbook_blank_rows(seat: Seat) -> Case:
    """One to three blank rows among the rows: those below have to be read."""
    clean = by_value(seat.table())
    row, _ = seat.place(len(clean.rows) - 1, 1)
    gap = 1 + seat.ordinal % 3
    book = Book()
    sheet = book.sheet("Sheet1")
    upper, lower = replace_rows(clean, 0, row + 1), replace_rows(clean, row + 1, len(clean.rows))
    one = book.put(sheet, upper)
    two = book.put(sheet, lower, top=row + 1 + gap, has_header=False)
    truth = replace(one, rows=one.rows + two.rows, spans=one.spans + two.spans)
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


def replace_rows(clean: Clean, first: int, last: int) -> Clean:
    """The table with only these rows."""
    return Clean(clean.name, clean.header, clean.kinds, clean.rows[first:last])


@damage(weight=2, suffix=XLSX)
def workbook_formula(seat: Seat) -> Case:
    """Formulas with their stored results: as good as values."""
    book, sheet, clean, truth = start(seat, *FIGURES)
    column = clean.of_kind(*NUMERIC)[-1]
    for row, cells in enumerate(clean.rows):
        if cells[column]:
            sheet.write_formula(row + 1, column, f"={cells[column]}", None, float(cells[column]))
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


@damage(weight=2, suffix=XLSX)
def workbook_error_values(seat: Seat) -> Case:
    """Cells whose formula ended in an error; the error or a blank, both are right if it is said."""
    book, sheet, clean, truth = start(seat, *FIGURES)
    column = clean.of_kind(*NUMERIC)[0]
    rows = sorted(seat.random.sample(range(len(clean.rows)), seat.random.randint(1, 4)))
    error = ("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?")[seat.ordinal % 5]
    expect = [list(row) for row in truth.rows]
    for row in rows:
        sheet.write_formula(row + 1, column, "=Sheet1!#REF!", None, error)
        expect[row][column] = error
    accepted: Accepted = {(row, column): ("",) for row in rows}
    truth = replace(truth, rows=expect, accepted=accepted, damaged=frozenset(rows))
    return simple(seat, book, truth, clean.name)


@damage(weight=3, suffix=XLSX)
def workbook_number_format(seat: Seat) -> Case:
    """Amounts shown in 万元 by a number format: the cell's value is truth, and what is shown has to be said."""
    book, sheet, clean, truth = start(seat, "register", "treasury", "statistics", "narrow")
    column = clean.of_kind("money")[-1]
    code = ('0!.0000"万元"', '0!.0,"万"', "0.00,", '#,##0.00"万元"')[seat.ordinal // 4 % 4]
    for row, cells in enumerate(clean.rows):
        sheet.write_number(row + 1, column, float(cells[column]), book.format(code))
    return simple(seat, book, truth, clean.name)


@damage(weight=2, suffix=XLSX)
def workbook_percent(seat: Seat) -> Case:
    """Shares with a percent format; the value or what is shown, both are right."""
    book, sheet, clean, truth = start(seat, "statistics", "narrow", "shop")
    column = clean.of_kind("money")[-1]
    expect = [list(row) for row in truth.rows]
    accepted: Accepted = {}
    for row in range(len(clean.rows)):
        points = seat.random.randint(1, 9999)
        sheet.write_number(row + 1, column, points / 10_000, book.format("0.00%"))
        expect[row][column] = f"{points / 10_000:.4f}"
        accepted[row, column] = (f"{points / 100:.2f}%", f"{points / 100:.2f}")
    truth = replace(truth, rows=expect, accepted=accepted)
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


@damage(weight=2, suffix=XLSX)
def workbook_mixed_type(seat: Seat) -> Case:
    """Words among numbers (约1200, 1.2万, 无), or numbers stored as text with blanks; the text is truth."""
    book, sheet, clean, truth = start(seat, *FIGURES)
    column = clean.of_kind(*NUMERIC)[0]
    row, _ = seat.place(len(clean.rows), 1)
    value = clean.rows[row][column]
    forms = (f"约{value}", "1.2万", "无", f"{value[:1]} {value[1:]}", value.replace("1", "l").replace("0", "O") + "。")
    expect = [list(each) for each in truth.rows]
    expect[row][column] = forms[seat.ordinal // len(FIGURES) % len(forms)]
    sheet.write_string(row + 1, column, expect[row][column])
    accepted: Accepted = {(row, column): ("", value)}
    truth = replace(truth, rows=expect, accepted=accepted, damaged=frozenset([row]))
    return simple(seat, book, truth, clean.name)
