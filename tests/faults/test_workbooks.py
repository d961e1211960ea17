"""Faults F05 and F21–F36: workbooks as spreadsheet programs and senders damage them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
import xlwt

from pipelines.reading.books import workbooks
from pipelines.reading.grids import Merged
from pipelines.reading.tables import FileRefusedError, in_sheets
from pipelines.reading.verdicts import Judged
from tests.faults.office import (
    HEADER,
    Office,
    Row,
    aid_rows,
    as_csv,
    as_xlsx,
    found,
    identity,
    judge,
    values,
)


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


@pytest.mark.parametrize(("row", "reason"), [(65_536, "65536"), (1_048_576, "1048576|almost empty")])
def test_f32_a_sheet_that_ends_at_the_format_s_last_row_is_refused(row: int, reason: str) -> None:
    raw = workbook(aid_rows(3))
    part = "xl/worksheets/sheet1.xml"

    def last_row(text: str) -> str:
        return text.replace('<row r="5"', f'<row r="{row}"').replace('5" t="s"', f'{row}" t="s"')

    moved = rewritten(raw, part, lambda text: re.sub(r'r="([A-H])5"', rf'r="\g<1>{row}"', last_row(text)))
    with pytest.raises(FileRefusedError, match=reason):
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


TWO_ROWS: tuple[Row, Row] = (
    ["补助编号", "补助对象", "", "乡镇", "性别", "发放情况", "", "备注"],
    ["", "姓名", "证件号码", "", "", "补助金额", "发放日期", ""],
)


def merged_header(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.merge_range(0, 0, 0, 7, "补助发放表")
    for position in (0, 3, 4, 7):
        sheet.merge_range(1, position, 2, position, TWO_ROWS[0][position])
    sheet.merge_range(1, 1, 1, 2, "补助对象")
    sheet.merge_range(1, 5, 1, 6, "发放情况")
    for position in (1, 2, 5, 6):
        sheet.write(2, position, TWO_ROWS[1][position])
    for number, row in enumerate(aid_rows(4)):
        for position, value in enumerate(row):
            sheet.write_string(number + 3, position, str(value))


def test_f25_a_merged_header_of_two_rows_is_one_header() -> None:
    judged = judge(made(merged_header))
    assert (judged.accepted_count, judged.rejected_count, judged.non_data_count) == (4, 0, 3)
    assert judged.rows.to_list() == [4, 5, 6, 7]
    assert any("rows 2–3 were joined" in note for note in notes(judged))
    (grid,) = workbooks.read_grids(made(merged_header))
    assert Merged(2, 2, 2, 3) in grid.merged


def test_f25_a_header_of_two_rows_is_one_header_in_a_text_and_in_an_old_workbook() -> None:
    rows = [*TWO_ROWS, *aid_rows(4)]
    assert judge(as_csv(rows[1:], [str(cell) for cell in rows[0]])).accepted_count == 4
    assert judge(xls_of({"补助": [list(row) for row in rows]})).accepted_count == 4


def test_f25_a_group_s_name_tells_equal_names_below_apart() -> None:
    upper: Row = ["补助编号", "户主", "", "乡镇", "性别", "补助金额", "发放日期", "配偶"]
    lower: Row = ["", "姓名", "证件号码", "", "", "", "", "姓名"]
    judged = judge(as_xlsx({"补助": [upper, lower, *aid_rows(3)]}))
    assert judged.accepted_count == 3
    assert values(judged, "person_name") == ["张三0", "张三1", "张三2"]


def test_f25_a_row_of_units_below_the_header_counts() -> None:
    units: Row = ["", "", "", "", "", "（万元）", "", ""]
    rows = aid_rows(2)
    rows[0][5], rows[1][5] = 0.01, 0.02
    judged = judge(workbook([units, *rows]))
    assert values(judged, "aid_cny") == [Decimal("100.00"), Decimal("200.00")]


def test_f25_merged_data_cells_are_not_filled() -> None:
    rows = aid_rows(3)

    def build(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for number, row in enumerate([HEADER, *rows]):
            for position, value in enumerate(row):
                if (number, position) not in ((2, 3), (3, 3)):
                    sheet.write_string(number, position, str(value))
        sheet.merge_range(2, 3, 3, 3, "雄壁镇")

    judged = judge(made(build))
    assert found(judged) == [(4, 4, "missing_required")]
    assert any("merged ranges" in note for note in notes(judged))


def test_f26_hidden_rows_columns_and_sheets_are_read_and_told() -> None:
    def build(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        for number, row in enumerate([HEADER, *aid_rows(6)]):
            for position, value in enumerate(row):
                sheet.write_string(number, position, str(value))
        sheet.autofilter(0, 0, 6, 7)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(3, 0)
        sheet.set_column(5, 5, None, None, {"hidden": True})
        sheet.very_hidden()
        book.add_worksheet("说明").activate()

    judged = judge(made(build))
    assert judged.accepted_count == 6
    told = "\n".join(notes(judged))
    assert "hidden sheet" in told
    assert "2 hidden rows were read like the others (the sheet has a filter)" in told
    assert "hidden columns were read like the others: 6" in told
    grid = next(grid for grid in workbooks.read_grids(made(build)) if grid.sheet == "补助")
    assert grid.is_hidden
    assert [(doubt.row, doubt.column) for doubt in grid.doubts if doubt.kind == "hidden"] == [
        (None, None), (3, None), (4, None), (None, 6),
    ]  # fmt: skip


def test_f26_hidden_parts_of_an_old_workbook_are_read_and_told() -> None:
    def hide(book: xlwt.Workbook) -> None:
        book.get_sheet(0).row(2).hidden = True
        book.get_sheet(0).col(5).hidden = True
        book.get_sheet(0).visibility = 2

    judged = judge(xls_of({"补助": [HEADER, *aid_rows(3)], "说明": [["无"]]}, hide))
    assert judged.accepted_count == 3
    assert len(notes(judged)) == 3


def test_f27_data_on_the_second_sheet_behind_a_readme() -> None:
    rows = [["补助发放表"], HEADER, *aid_rows(5)]
    for raw in (
        as_xlsx({"填表说明": [["一、请勿修改表头"], ["二、姓名填全"]], "数据": rows}),
        xls_of({"说明": [["请勿修改"]], "数据": rows}),
    ):
        assert judge(raw).accepted_count == 5
    assert [grid.sheet for grid in workbooks.read_grids(as_xlsx({"说明": [["x"]], "空": [], "数据": rows}))] == [
        "说明",
        "数据",
    ]


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


def full_to_the_last_row(rows: list[Row], others: dict[str, list[Row]]) -> bytes:
    """An old workbook whose first sheet has its last row at 65,536, and others behind it."""

    def last_row(book: xlwt.Workbook) -> None:
        for position, value in enumerate(rows[-1]):
            book.get_sheet(0).write(65_535, position, value)

    return xls_of({"Sheet1": rows[:-1], **others}, last_row)


@pytest.mark.parametrize("has_header", [True, False])
def test_f32_a_table_split_at_the_last_row_is_read_as_one(has_header: bool) -> None:
    rows = aid_rows(12)
    rows[11][2] = "x"
    second = [HEADER, *rows[8:]] if has_header else rows[8:]
    judged = judge(full_to_the_last_row([HEADER, *rows[:8]], {"Sheet2": second}))
    assert (judged.accepted_count, judged.rejected_count) == (11, 1)
    assert judged.row_in_count == 65_536 + 4 + has_header
    assert any("2 sheets were read as one table: Sheet1, Sheet2" in note for note in notes(judged))
    placed = in_sheets(judged.problems.rename({"row": "source_row"}), ("Sheet1", "Sheet2"))
    assert placed.select("source_sheet", "source_row").row(0) == ("Sheet2", 5 if has_header else 4)


def test_f32_a_table_split_over_sheets_lands_with_the_sheet_of_every_row(office: Office) -> None:
    rows = aid_rows(12)
    rows[11][2] = "x"
    raw = full_to_the_last_row([HEADER, *rows[:8]], {"Sheet2": [HEADER, *rows[8:]]})
    office.drop("补助2020年6月.xls", raw)
    (ledger,) = office.take()
    assert (ledger.accepted_count, ledger.rejected_count) == (11, 1)
    rejected = pl.read_parquet(next(office.settings.data_dir.rglob("rejected.parquet")))
    assert rejected.select("source_sheet", "source_row").row(0) == ("Sheet2", 5)
    accepted = pl.read_parquet(next(office.settings.data_dir.rglob("accepted.parquet")))
    assert accepted.select("source_sheet", "source_row").rows()[-4:] == [
        ("Sheet1", 65_536),
        ("Sheet2", 2),
        ("Sheet2", 3),
        ("Sheet2", 4),
    ]


def test_f32_a_full_sheet_whose_follower_is_another_table_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="65536"):
        judge(full_to_the_last_row([HEADER, *aid_rows(8)], {"Sheet2": [["说明", "无"]]}))


def test_f32_two_sheets_of_one_header_that_are_not_full_stay_two_tables() -> None:
    with pytest.raises(FileRefusedError, match="2 sheets"):
        judge(xls_of({"5月": [HEADER, *aid_rows(8)], "6月": [HEADER, *aid_rows(8)]}))


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
