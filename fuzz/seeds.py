"""Small sound and half-sound inputs that the fuzzer starts from; generated, never stored.

Belongs here: seeds per target. Does not belong here: invariants.
"""

from __future__ import annotations

import io
import zipfile

import polars as pl
import xlsxwriter
import xlwt
import xlwt.CompoundDoc

_ROWS = [
    ["编号", "姓名", "金额", "日期"],
    ["001", "甲", 12.5, "2020-06-01"],
    ["002", '乙"丙', 3, ""],
    ["", "合计", 15.5, ""],
]
_TEXTS = (
    "a,b,c\n1,2,3\n4,5,6\n",
    'a,b\r\n"1,2",3\r\n"x\r\ny","q""q"\r\n',
    "编号;姓名;金额\n001;甲;1,5\n002;乙;2\n\n合计;;3,5\n",
    "a\tb\tc\n1\t2\n1\t2\t3\t4\n",
    "题目\n\n单位：万元\na|b|c\n1|2|3\n注：说明\n",
    'a,b\n"unfinished,1\n2,3\n',
    "a b  c\n1 2  3\n",
    "a,'b',c\n1,'2,3',4\n",
    "a，b，c\n１，２，３\n",
)


def small_workbook() -> bytes:
    """A workbook of one small sheet with text, numbers, a merged range and a formula."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(_ROWS):
            sheet.write_row(number, 0, row)
        sheet.merge_range(5, 0, 6, 1, "注")
        sheet.write_formula(7, 0, "=SUM(C2:C3)", None, 15.5)
        sheet.set_row(2, None, None, {"hidden": True})
    return target.getvalue()


def small_old_workbook() -> bytes:
    """The records of a small .xls."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("a")
    for number, row in enumerate(_ROWS):
        for position, value in enumerate(row):
            sheet.write(number, position, value)
    return bytes(book.get_biff_data())


def seeds(target: str) -> list[bytes]:
    """The seeds of one target, in its own form."""
    return {"text": _text, "xlsx": _xlsx, "xls": _xls, "parquet": _parquet, "values": _values, "protocol": _protocol}[
        target
    ]()


def _text() -> list[bytes]:
    encodings = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
    return [text.encode(encoding) for text in _TEXTS for encoding in encodings]


def _xlsx() -> list[bytes]:
    from fuzz.targets import SELECTED

    raw = small_workbook()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = [bytes([number]) + archive.read(name) for number, name in enumerate(SELECTED)]
    return [*members, b"\xff" + raw[4:]]


def _xls() -> list[bytes]:
    records = small_old_workbook()
    target = io.BytesIO()
    xlwt.CompoundDoc.XlsDoc().save(target, records)
    return [b"\0" + records, b"\1" + target.getvalue()[8:]]


def _parquet() -> list[bytes]:
    target = io.BytesIO()
    pl.DataFrame({"编号": ["001", None], "金额": [1.5, 2.0], "数": [1, 2]}).write_parquet(target)
    return [target.getvalue()]


def _values() -> list[bytes]:
    texts = (
        "2020年6月30日",
        "2020.6",
        "1,234.50",
        "1.2万元",
        "9.90101E+17",
        "990101199001010017",
        "是",
        "１２３",
        "-0.5",
    )
    return [text.encode() for text in (*texts, "编号,姓名,金额（万元）\n1,甲,2", ",".join(texts))]


def _protocol() -> list[bytes]:
    return [
        b'{"result": {"feed": "aid"}}\n',
        b'{"error": "E at f:1", "is_memory": false}\n',
        b'{"result": []}',
        b"[[[[",
    ]
