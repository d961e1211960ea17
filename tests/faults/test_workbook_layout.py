"""Faults F25–F28 and F32: headers of two rows, merged and hidden cells, several sheets, sheets that are full."""

from __future__ import annotations

import re
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter
import xlwt

from pipelines.reading.books import workbooks
from pipelines.reading.grids import Merged
from pipelines.reading.tables import FileRefusedError, in_sheets
from tests.faults.books import full_to_the_last_row, made, notes, rewritten, workbook, xls_of
from tests.faults.office import HEADER, Office, Row, aid_rows, as_csv, as_xlsx, found, judge, values


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


@pytest.mark.parametrize(("row", "reason"), [(65_536, "65536"), (1_048_576, "1048576|almost empty")])
def test_f32_a_sheet_that_ends_at_the_format_s_last_row_is_refused(row: int, reason: str) -> None:
    raw = workbook(aid_rows(3))
    part = "xl/worksheets/sheet1.xml"

    def last_row(text: str) -> str:
        return text.replace('<row r="5"', f'<row r="{row}"').replace('5" t="s"', f'{row}" t="s"')

    moved = rewritten(raw, part, lambda text: re.sub(r'r="([A-H])5"', rf'r="\g<1>{row}"', last_row(text)))
    with pytest.raises(FileRefusedError, match=reason):
        judge(moved)


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
