"""Faults F05 and F21–F36: workbooks as spreadsheet programs and senders damage them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import pytest

from pipelines.reading.tables import FileRefusedError
from tests.faults.office import HEADER, Office, Row, aid_rows, as_csv, as_xlsx, found, identity, judge, values


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


def test_f21_an_identity_from_a_numeric_cell_is_rejected_whatever_its_digits_say() -> None:
    rows = aid_rows(6)
    numbers = [number for number in map(identity, range(200)) if number.isdigit()]
    rows[0][2] = float(numbers[0])
    rows[3][2] = float(numbers[1][:15] + "000")
    rows[4][2] = "9.90101E+17"
    judged = judge(workbook(rows))
    assert found(judged) == [(3, 3, "numeric_identity"), (6, 3, "numeric_identity"), (7, 3, "numeric_identity")]
    assert all("*" in masked for masked in judged.problems["masked"])


def test_f22_text_among_numbers_is_kept() -> None:
    rows = aid_rows(4)
    with_x = next(number for number in map(identity, range(200)) if number.endswith("X"))
    for row, number in zip(rows, [with_x, *map(identity, range(3))], strict=True):
        row[2] = number if number == with_x else float(number.replace("X", "0"))
    judged = judge(workbook(rows))
    assert values(judged, "person_key") == [with_x]
    assert judged.rejected_count == 3


def test_f23_harmless_spellings_of_an_identity_are_normalised_fifteen_digits_refused() -> None:
    number = next(number for number in map(identity, range(200)) if number.endswith("X"))
    rows = aid_rows(5)
    rows[0][2] = number.lower()
    rows[1][2] = f"  '{number} "
    rows[2][2] = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    rows[3][2] = number[:6] + number[8:17]
    judged = judge(workbook(rows[:4]))
    assert values(judged, "person_key") == [number] * 3
    assert found(judged) == [(6, 3, "identity_length")]


def test_f24_a_lost_leading_zero_is_rejected() -> None:
    rows = aid_rows(3)
    rows[0][0], rows[1][0] = "0012", 12.0
    judged = judge(workbook(rows))
    assert values(judged, "aid_id") == ["0012", "1002"]
    assert found(judged) == [(4, 1, "pattern_mismatch")]


def test_f27_the_sheet_is_found_by_its_header_and_two_such_sheets_are_refused() -> None:
    rows = [HEADER, *aid_rows()]
    assert judge(as_xlsx({"说明": [["请勿修改"]], "别名": rows})).accepted_count == 12
    with pytest.raises(FileRefusedError, match="2 sheets"):
        judge(as_xlsx({"一": rows, "二": rows}))


def test_f28_rows_after_a_blank_row_are_read_and_the_blank_is_counted() -> None:
    rows = aid_rows(4)
    judged = judge(workbook([*rows[:2], [], ["  "], *rows[2:]]))
    assert (judged.accepted_count, judged.non_data_count) == (4, 4)
    assert judged.rows.to_list() == [3, 4, 7, 8]


def test_f29_formula_errors_and_formulas_without_a_result_are_rejected_not_blank() -> None:
    rows = aid_rows(3)
    rows[0][7], rows[1][7] = "=REF()", "=A1"
    assert found(judge(workbook(rows))) == [(3, 8, "formula_error"), (4, 8, "formula_error")]


def test_f30_dates_are_the_same_under_both_epochs() -> None:
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        sheet = book.active
        for row in [HEADER, *aid_rows(2)]:
            sheet.append(row)
        sheet["G2"] = openpyxl.utils.datetime.from_excel(43983)
        sheet["G2"].number_format = "yyyy-mm-dd"
        target = io.BytesIO()
        book.save(target)
        assert str(values(judge(target.getvalue()), "paid_date")[0]) == "2020-06-01"


def test_money_from_numeric_cells_is_exact_in_yuan() -> None:
    rows = aid_rows(3)
    header = [*HEADER[:5], "补助金额（万元）", *HEADER[6:]]
    rows[0][5], rows[1][5], rows[2][5] = 0.309601, 1.0, 0.12345678
    judged = judge(workbook(rows, header))
    assert values(judged, "aid_cny") == [Decimal("3096.01"), Decimal("10000.00")]
    assert found(judged) == [(5, 6, "bad_number")]


def test_f32_a_sheet_that_ends_at_the_format_s_last_row_is_refused() -> None:
    raw = workbook(aid_rows(3))
    part = "xl/worksheets/sheet1.xml"

    def last_row(text: str) -> str:
        return text.replace('<row r="5"', '<row r="1048576"').replace('5" t="s"', '1048576" t="s"')

    moved = rewritten(raw, part, lambda text: re.sub(r'r="([A-H])5"', r'r="\g<1>1048576"', last_row(text)))
    with pytest.raises(FileRefusedError, match="1048576"):
        judge(moved)


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


def test_a_workbook_and_a_text_of_the_same_rows_are_the_same_rows() -> None:
    assert judge(workbook(aid_rows())).content_hash == judge(as_csv(aid_rows())).content_hash
