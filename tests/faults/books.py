"""Workbooks as spreadsheet programs and senders make them, for tests of faults.

Belongs here: bytes of a workbook from rows, one part of it changed, the notes of a verdict. Does not belong here: bombs
(``bombs``), the rows themselves (``office``).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import xlsxwriter
import xlwt

from pipelines.reading.verdicts import Judged
from tests.faults.office import HEADER, Row, as_xlsx


def workbook(rows: list[Row], header: list[str] = HEADER) -> bytes:
    return as_xlsx({"补助": [["补助发放表"], header, *rows]})


def rewritten(raw: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The archive with one member changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for member in source.namelist():
            text = source.read(member)
            copy.writestr(member, change(text.decode()).encode() if member == part else text)
    return target.getvalue()


def xls_of(sheets: dict[str, list[Row]], change: Callable[[xlwt.Workbook], None] = lambda _: None) -> bytes:
    """Sheets as an old workbook (.xls)."""
    workbook = xlwt.Workbook()
    for name, rows in sheets.items():
        sheet = workbook.add_sheet(name)
        for number, row in enumerate(rows):
            for position, value in enumerate(row):
                if value != "":
                    sheet.write(number, position, value)
    change(workbook)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def made(build: Callable[[xlsxwriter.Workbook, xlsxwriter.worksheet.Worksheet], None]) -> bytes:
    """A workbook of one sheet that ``build`` fills."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        build(book, book.add_worksheet("补助"))
    return target.getvalue()


def notes(judged: Judged) -> list[str]:
    return [str(warning["en"]) for warning in judged.warnings if warning["code"] == "note"]


def full_to_the_last_row(rows: list[Row], others: dict[str, list[Row]]) -> bytes:
    """An old workbook whose first sheet has its last row at 65,536, and others behind it."""

    def last_row(book: xlwt.Workbook) -> None:
        for position, value in enumerate(rows[-1]):
            book.get_sheet(0).write(65_535, position, value)

    return xls_of({"Sheet1": rows[:-1], **others}, last_row)
