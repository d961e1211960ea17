"""Workbooks whose table is not the first thing on the only sheet: sheets, titles, totals, several tables.

Numbers compare by value, dates by their day.
"""

from __future__ import annotations

from dataclasses import replace

from benchmarks.pollution.books import NUMERIC, Book, OldBook, by_value, expected
from benchmarks.pollution.registry import Seat, damage
from benchmarks.pollution.tables import clean_table
from benchmarks.pollution.truth import Case, Expected, Owed
from benchmarks.pollution.workbook_damage import XLSX, replace_rows, simple, start


@damage(weight=3, suffix=XLSX)
def workbook_sheets(seat: Seat) -> Case:
    """Several sheets: one table split in two, or different tables."""
    clean = by_value(seat.table())
    book = Book()
    if seat.ordinal // 9 % 2:
        half = len(clean.rows) // 2
        parts = [replace_rows(clean, 0, half), replace_rows(clean, half, len(clean.rows))]
    else:
        parts = [clean, by_value(clean_table("narrow", seat.seed + 1)), by_value(clean_table("shop", seat.seed + 2))]
    tables = [book.put(book.sheet(f"表{number}"), part) for number, part in enumerate(parts, start=1)]
    variants: tuple[tuple[Expected, ...], ...] = (tuple(tables),)
    if len(parts) == 2:
        whole = replace(tables[0], rows=tables[0].rows + tables[1].rows, spans=tables[0].spans + tables[1].spans)
        variants += ((whole,),)
    raw = book.finish()
    return seat.raw_case(raw, clean.name, variants=variants, recoverable=True, owed=Owed.MAY, by_value=True)


@damage(weight=2, suffix=XLSX)
def workbook_second_sheet(seat: Seat) -> Case:
    """The table is on the second sheet; the first is empty or holds instructions."""
    clean, book = by_value(seat.table()), Book()
    first = book.sheet("填表说明")
    if seat.ordinal // 9 % 2:
        for row, text in enumerate(("填表说明", "一、本表由乡镇填报。", "二、金额单位为元。", "三、每月25日前报送。")):
            first.write(row, 0, text)
    truth = book.put(book.sheet("数据"), clean)
    return seat.raw_case(
        book.finish(),
        clean.name,
        truth,
        recoverable=True,
        owed=Owed.MAY,
        by_value=True,
        optional_sheets=frozenset(["填表说明"]),
    )


@damage(weight=3, suffix=XLSX)
def workbook_title_rows(seat: Seat) -> Case:
    """A merged title, a line with the unit, notes below; and the table may start away from A1."""
    clean, book = by_value(seat.table()), Book()
    sheet = book.sheet("Sheet1")
    top, left = 2 + seat.ordinal % 3, (0, 1, 3)[seat.ordinal // 9 % 3]
    sheet.merge_range(0, left, 0, left + clean.width - 1, "2024年度有关情况统计表")
    sheet.write(1, left, "单位：元、人")
    truth = book.put(sheet, clean, top=top, left=left)
    if seat.ordinal // 9 % 2:
        sheet.write(top + len(clean.rows) + 1, left, "注：本表数据为初步统计数。")
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


@damage(weight=2, suffix=".xls")
def workbook_title_rows_xls(seat: Seat) -> Case:
    """Title, unit and notes around the table, and a blank row inside it, in the old format."""
    clean, book = by_value(seat.table()), OldBook()
    sheet = book.sheet("Sheet1")
    top, half = 2 + seat.ordinal % 2, len(clean.rows) // 2
    sheet.write_merge(0, 0, 0, clean.width - 1, "2024年度有关情况统计表")
    sheet.write(1, 0, "单位：元、人")
    one = book.put(sheet, replace_rows(clean, 0, half), top=top)
    below = top + half + 1 + seat.ordinal // 9 % 2
    two = replace_rows(clean, half, len(clean.rows))
    for number, row in enumerate(two.rows, start=below):
        for column, (text, kind) in enumerate(zip(row, clean.kinds, strict=True)):
            book.cell(sheet, number, column, text, kind)
    lower = expected(two, below - 1)
    sheet.write(below + len(two.rows) + 1, 0, "注：本表数据为初步统计数。")
    truth = replace(one, rows=one.rows + lower.rows, spans=one.spans + lower.spans)
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


@damage(weight=2, suffix=XLSX)
def workbook_not_at_a1(seat: Seat) -> Case:
    """The table starts some rows down and some columns to the right."""
    clean, book = by_value(seat.table()), Book()
    truth = book.put(book.sheet("Sheet1"), clean, top=seat.ordinal % 6, left=1 + seat.ordinal % 4)
    return simple(seat, book, truth, clean.name, owed=Owed.MAY)


@damage(weight=2, suffix=XLSX)
def workbook_totals(seat: Seat) -> Case:
    """A row of totals at the end, right or wrong."""
    book, sheet, clean, truth = start(seat, "register", "treasury", "narrow", "wide")
    wrong = seat.ordinal // 4 % 2
    end = len(clean.rows) + 1
    sheet.write(end, 0, "合计")
    for column in clean.of_kind(*NUMERIC):
        total = sum(float(row[column] or 0) for row in clean.rows)
        if column > 0:
            sheet.write_number(end, column, round(total, 2) + wrong * 1234)
    return simple(seat, book, truth, clean.name, owed=Owed.YES if wrong else Owed.MAY)


@damage(weight=3, suffix=XLSX)
def workbook_tables_in_sheet(seat: Seat) -> Case:
    """Two tables in one sheet, one below the other with a blank row (and a title), or side by side."""
    clean = by_value(seat.table("register", "treasury", "words", "statistics"))
    other = by_value(clean_table("narrow", seat.seed + seat.ordinal % 7))
    book = Book()
    sheet = book.sheet("Sheet1")
    one = book.put(sheet, clean)
    form = seat.ordinal // 4 % 3
    if form == 2:
        two = book.put(sheet, other, left=clean.width + 1)
        return seat.raw_case(book.finish(), clean.name, one, two, by_value=True)
    top = len(clean.rows) + 2 + form
    if form:
        sheet.write(top - 1, 0, "附表：其他情况")
    book.put(sheet, other, top=top)
    truth = (one, expected(other, top))
    return seat.raw_case(book.finish(), clean.name, *truth, recoverable=True, owed=Owed.MAY, by_value=True)
