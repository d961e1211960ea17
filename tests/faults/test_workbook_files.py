"""Faults F33, F34 and F36: other kinds of workbooks, bombs and damage inside the file; Parquet."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.reading.books import workbooks
from pipelines.reading.tables import FileRefusedError
from tests.faults.books import rewritten, workbook, xls_of
from tests.faults.office import HEADER, Office, aid_rows, as_xlsx, found, identity, judge


def test_f34_a_zip_bomb_is_refused_before_it_is_unpacked(office: Office) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300_000_000)
    office.drop("补助2020年6月.xlsx", target.getvalue())
    result = office.land()[0]
    assert result.outcome == "held"
    assert result.reason is not None
    assert "unpack" in result.reason.en


@pytest.mark.parametrize("share", [0.3, 0.7, 0.98])
def test_f36_a_cut_archive_is_refused(share: float) -> None:
    raw = workbook(aid_rows())
    with pytest.raises(FileRefusedError, match="cannot be read"):
        judge(raw[: int(len(raw) * share)])


def test_f36_damage_inside_the_archive_costs_only_the_file(office: Office) -> None:
    sound = workbook(aid_rows())
    strings = rewritten(sound, "xl/worksheets/sheet1.xml", lambda text: text.replace("<v>11</v>", "<v>99999</v>"))
    relations = rewritten(sound, "xl/_rels/workbook.xml.rels", lambda _: "<Relationships/>")
    office.drop("甲2020年5月.xlsx", strings)
    office.drop("乙2020年5月.xlsx", relations)
    office.drop("丙2020年6月.xlsx", sound)
    ledgers = {ledger.file_name: ledger for ledger in office.take()}
    assert ledgers.pop("丙2020年6月.xlsx").accepted_count == 12
    for ledger in ledgers.values():
        assert ledger.verdict == "refused" or ledger.rejected_count > 0


def test_f33_an_old_workbook_is_the_same_rows() -> None:
    rows = [HEADER, *aid_rows(12)]
    assert judge(xls_of({"补助": rows})).content_hash == judge(as_xlsx({"补助": rows})).content_hash
    (old,), (new,) = workbooks.read_grids(xls_of({"补助": rows})), workbooks.read_grids(as_xlsx({"补助": rows}))
    assert [column.text.to_list() for column in old.columns] == [column.text.to_list() for column in new.columns]


def test_f33_an_identity_in_a_numeric_cell_of_an_old_workbook_is_rejected() -> None:
    rows = aid_rows(2)
    rows[0][2] = float(next(number for number in map(identity, range(200)) if number.isdigit()))
    assert found(judge(xls_of({"补助": [HEADER, *rows]}))) == [(2, 3, "numeric_identity")]


def test_f33_workbooks_of_other_kinds_are_refused_with_a_plain_instruction() -> None:
    sound = workbook(aid_rows(1))
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sound)) as source, zipfile.ZipFile(target, "w") as copy:
        for member in source.namelist():
            copy.writestr(member, source.read(member))
        copy.writestr("xl/vbaProject.bin", b"x")
    open_document = io.BytesIO()
    with zipfile.ZipFile(open_document, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", "<office:document-content/>")
    for raw in (target.getvalue(), open_document.getvalue()):
        with pytest.raises(FileRefusedError) as refusal:
            judge(raw)
        assert "XLSX" in refusal.value.remedy_zh


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("<sheetData>", "<sheetData/><sheetData>", 1),
        lambda text: re.sub(r'r="B3"', 'r="A3"', text),
        lambda text: re.sub(r'(<c r="A3"[^>]*><v>)\d+', r"\g<1>-1", text),
        lambda text: text[: len(text) // 2],
    ],
    ids=["two data parts", "a cell twice", "negative text number", "cut"],
)
def test_f36_damage_in_a_sheet_s_xml_is_refused(change: Callable[[str], str]) -> None:
    with pytest.raises(FileRefusedError):
        judge(rewritten(workbook(aid_rows()), "xl/worksheets/sheet1.xml", change))


def test_f36_a_wrong_dimension_costs_no_row() -> None:
    raw = rewritten(
        workbook(aid_rows()),
        "xl/worksheets/sheet1.xml",
        lambda text: re.sub(r'<dimension ref="[^"]*"', '<dimension ref="A1:B2"', text),
    )
    assert judge(raw).accepted_count == 12


def as_parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def test_parquet_is_read_like_a_workbook() -> None:
    rows = aid_rows(12)
    columns = {name: [row[at] or None for row in rows] for at, name in enumerate(HEADER)}
    assert judge(as_parquet(pa.table(columns))).content_hash == judge(workbook(rows)).content_hash
    numbers = columns | {"证件号码": pa.array([990101198001011234] * 12)}
    judged = judge(as_parquet(pa.table(numbers)))
    assert {code for _, _, code in found(judged)} == {"numeric_identity"}
    assert judged.rejected_count == 12
    with pytest.raises(FileRefusedError, match="Parquet"):
        judge(as_parquet(pa.table(columns))[:-20])
    with pytest.raises(FileRefusedError, match="备注"):
        judge(as_parquet(pa.table(columns | {"备注": [[1]] * 12})))
