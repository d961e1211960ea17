"""Faults F21–F24 and F29–F31: what the cells of a workbook hold as spreadsheet programs and senders leave it."""

from __future__ import annotations

import io
import re
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
import xlwt

from pipelines.reading.tables import FileRefusedError
from tests.faults.books import made, rewritten, workbook, xls_of
from tests.faults.office import HEADER, aid_rows, as_csv, as_xlsx, found, identity, judge, values


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


def test_a_workbook_and_a_text_of_the_same_rows_are_the_same_rows() -> None:
    assert judge(workbook(aid_rows())).content_hash == judge(as_csv(aid_rows())).content_hash


def test_f29_links_to_other_files_are_never_followed_and_errors_keep_their_place() -> None:
    def build(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for number, row in enumerate([HEADER, *aid_rows(3)]):
            for position, value in enumerate(row):
                sheet.write_string(number, position, str(value))
        sheet.write_formula(1, 5, "='[别处.xlsx]表'!A1", None, 101.5)
        sheet.write_formula(2, 5, "=NA()", None, "#N/A")

    judged = judge(made(build))
    assert values(judged, "aid_cny") == [Decimal("101.50"), Decimal("102.50")]
    assert found(judged) == [(3, 6, "formula_error")]


def test_f29_a_row_of_nothing_but_errors_is_a_row() -> None:
    errors = "".join(f'<c r="{letter}3" t="e"><v>#REF!</v></c>' for letter in "ABCDEFGH")
    raw = rewritten(
        workbook(aid_rows(2)),
        "xl/worksheets/sheet1.xml",
        lambda text: re.sub(r'(<row r="3"[^>]*>).*?</row>', rf"\g<1>{errors}</row>", text),
    )
    judged = judge(raw)
    assert (judged.accepted_count, judged.rejected_count) == (1, 1)


DAY_STYLES = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'


def test_f30_the_first_days_of_1900_and_the_day_that_never_was() -> None:
    for is_old in (False, True):
        rows = aid_rows(4)
        if is_old:

            def days(book: xlwt.Workbook) -> None:
                for number, serial in enumerate((59, 60, 61)):
                    book.get_sheet(0).write(number + 1, 6, serial, xlwt.easyxf(num_format_str="yyyy-mm-dd"))

            for row in rows[:3]:
                row[6] = ""
            judged = judge(xls_of({"补助": [HEADER, *rows]}, days))
        else:
            raw = workbook(rows)

            def serials(text: str) -> str:
                for number, serial in enumerate((59, 60, 61), 3):
                    text = re.sub(
                        rf'<c r="G{number}" t="s"><v>\d+</v>', f'<c r="G{number}" s="1"><v>{serial}</v>', text
                    )
                return text

            raw = rewritten(raw, "xl/worksheets/sheet1.xml", serials)
            raw = rewritten(
                raw,
                "xl/styles.xml",
                lambda text: re.sub(r"<cellXfs.*?</cellXfs>", DAY_STYLES, text),
            )
            judged = judge(raw)
        line = 3 if is_old else 4
        assert [str(value) for value in values(judged, "paid_date")][:2] == ["1900-02-28", "1900-03-01"]
        assert found(judged) == [(line, 7, "bad_date")]


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_f31_a_money_unit_in_the_number_format_is_the_column_s(kind: str) -> None:
    def money(code: str, header: list[str] = HEADER) -> bytes:
        rows = aid_rows(3)
        for row in rows:
            row[5] = ""
        if kind == "xls":
            style = xlwt.easyxf(num_format_str=code)
            return xls_of(
                {"补助": [header, *rows]},
                lambda book: [book.get_sheet(0).write(n, 5, 1.5 + n, style) for n in (1, 2, 3)] and None,
            )

        def build(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
            style = book.add_format({"num_format": code})
            for number, row in enumerate([header, *rows]):
                for position, value in enumerate(row):
                    sheet.write_string(number, position, str(value))
                if number:
                    sheet.write_number(number, 5, 1.5 + number, style)

        return made(build)

    assert values(judge(money('0.00"万元"')), "aid_cny")[0] == Decimal("25000.00")
    assert values(judge(money('0!.0,"万元"')), "aid_cny")[0] == Decimal("2.50")
    assert values(judge(money("¥#,##0.00")), "aid_cny")[0] == Decimal("2.50")
    in_yuan = [*HEADER[:5], "补助金额（元）", *HEADER[6:]]
    for code, header in (('0.00"万元"', in_yuan), ("0!.0,", HEADER), ('0.0"千元"', HEADER), ("0.0%", HEADER)):
        with pytest.raises(FileRefusedError, match="补助金额"):
            judge(money(code, header))


def test_f31_a_figure_with_its_unit_as_text_is_taken_row_by_row() -> None:
    rows = aid_rows(2)
    rows[0][5] = "1.2万"
    in_ten_thousands = [*HEADER[:5], "补助金额（万元）", *HEADER[6:]]
    assert found(judge(workbook(rows, in_ten_thousands))) == [(3, 6, "bad_number")]


@pytest.mark.parametrize("unit", ["千元", "百万元", "美元", "元/月", "港币", "千"])
def test_f31_a_money_unit_that_cannot_be_converted_is_refused(unit: str) -> None:
    header = [*HEADER[:5], f"补助金额（{unit}）", *HEADER[6:]]
    with pytest.raises(FileRefusedError, match=f"补助金额 states the unit {unit}"):
        judge(workbook(aid_rows(2), header))
    with pytest.raises(FileRefusedError, match="补助金额"):
        judge(as_xlsx({"补助": [["补助发放表（单位：千元）"], HEADER, *aid_rows(2)]}))


@pytest.mark.parametrize("words", ["含税", "必填", "十二月"])
def test_f31_words_in_brackets_that_are_no_unit_change_nothing(words: str) -> None:
    header = [*HEADER[:5], f"补助金额（{words}）", *HEADER[6:]]
    assert values(judge(workbook(aid_rows(1), header)), "aid_cny") == [Decimal("100.50")]
