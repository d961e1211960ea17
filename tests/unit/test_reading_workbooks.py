"""Workbooks and Parquet as grids: cells with kinds, true positions, and what the cells alone do not show."""

from __future__ import annotations

import datetime
import io
import random
from collections.abc import Sequence
from decimal import Decimal

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlrd
import xlsxwriter
import xlwt

from pipelines.reading.books import parquet_files, workbooks
from pipelines.reading.books.archives import check_archive
from pipelines.reading.books.cells import cell_text, number_text
from pipelines.reading.books.number_formats import parse_format
from pipelines.reading.books.sheet_biff import rk_number
from pipelines.reading.grids import Grid, Merged
from pipelines.reading.tables import FileRefusedError, Kind
from tests.faults.ooxml import STRICT, book, cell


def only(raw: bytes) -> Grid:
    grids = workbooks.read_grids(raw)
    assert len(grids) == 1
    return grids[0]


def texts(grid: Grid) -> list[list[str | None]]:
    return [grid.line(index) for index in range(grid.height)]


def doubts(grid: Grid) -> list[tuple[str, int | None, int | None]]:
    return [(doubt.kind, doubt.row, doubt.column) for doubt in grid.doubts]


def row(*cells: str, number: int = 1, extra: str = "") -> str:
    return f'<row r="{number}"{extra}>{"".join(cells)}</row>'


def test_kinds_and_canonical_texts_and_the_true_position_of_the_used_area() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = workbook.add_worksheet("数据")
        sheet.write_string(3, 2, " 甲 ")
        sheet.write_number(3, 3, 3)
        sheet.write_number(3, 4, 0.1)
        sheet.write_datetime(3, 5, datetime.datetime(2020, 6, 30), day)
        sheet.write_datetime(3, 6, datetime.datetime(2020, 6, 30, 13, 5), moment)
        sheet.write_boolean(3, 7, True)
        sheet.write_formula(3, 8, "=1/0", None, "#DIV/0!")
        sheet.write_number(5, 2, 990101198001011234)
        workbook.add_worksheet("空")
        workbook.add_chartsheet("图")
    grid = only(target.getvalue())
    assert (grid.sheet, grid.first_column, grid.rows.to_list()) == ("数据", 3, [4, 5, 6])
    assert texts(grid)[0] == [" 甲 ", "3", "0.1", "2020-06-30", "2020-06-30 13:05:00", "TRUE", "#DIV/0!"]
    assert texts(grid)[1:] == [[None] * 7, ["9.901011980010112e+17", *[None] * 6]]
    kinds = [Kind.TEXT, Kind.NUMBER, Kind.NUMBER, Kind.DATE, Kind.DATE, Kind.BOOLEAN, Kind.ERROR]
    assert [0 if column.kinds is None else column.kinds[0] for column in grid.columns] == kinds
    assert grid.columns[0].kinds is not None
    assert grid.columns[0].kinds[2] == Kind.NUMBER
    assert doubts(grid) == [("formula", 4, 9)]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e14, "100000000000000"), (1e15, "1000000000000000"), (1e16, "1e+16"), (-0.0, "0"), (0.1 + 0.2, "0.30000000000000004"), (-7.0, "-7")],  # noqa: E501
)  # fmt: skip
def test_a_number_is_written_by_the_fewest_digits_that_give_it_back(value: float, text: str) -> None:
    assert number_text(value) == text
    assert float(text) == value


def test_a_duration_and_a_nearly_whole_second_are_written_plainly() -> None:
    assert cell_text(datetime.timedelta(days=1, hours=6)) == "30:00:00"
    assert cell_text(datetime.datetime(2020, 1, 1, 12, 59, 59, 999_999)) == "2020-01-01 13:00:00"


@pytest.mark.parametrize(
    ("code", "unit", "scale", "digits"),
    [
        ("General", None, 1, 0), ("#,##0.00_);[Red](#,##0.00)", None, 1, 0), ('0.00"万元"', "万元", 1, 0),
        ("0!.0,", None, 10_000, 0), ('0!.0000"万元"', "万元", 10_000, 0), ("0\\.0,", None, 10_000, 0),
        ('0.00,,"百万"', "百万", 1_000_000, 0), ("0.0%", None, 0.01, 0), ("000000", None, 1, 6),
        ('0.00E+00', None, 1, 0), ("[$¥-804]#,##0.00", "元", 1, 0), ("[$$-409]#,##0", "美元", 1, 0),
        ('G/通用格式"户"', "户", 1, 0), ("#,##0.0 ;-#,##0.0 ", None, 1, 0), ('0;-0;"无"', None, 1, 0),
    ],
)  # fmt: skip
def test_what_a_number_format_adds(code: str, unit: str | None, scale: float, digits: int) -> None:
    found = parse_format(code)
    assert (found.unit, found.scale, found.digits, found.is_date) == (unit, pytest.approx(scale), digits, False)


@pytest.mark.parametrize(
    "code", ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]m/d/yy", 'e"年"', "[$-804]aaaa", "mmm-yy;@"]
)
def test_a_date_format_is_one_and_its_cells_are_dates(code: str) -> None:
    assert parse_format(code).is_date
    grid = only(book(row(cell("A1", 43983, ' s="1"')), formats=[code]))
    assert texts(grid) == [["2020-06-01"]]


def test_units_scales_and_zeros_of_number_formats_are_doubted_and_the_unit_is_kept() -> None:
    rows = "".join(
        row(
            *(cell(f"{letter}{n}", 12, f' s="{style}"') for letter, style in zip("ABCDEF", range(6), strict=True)),
            number=n,
        )
        for n in (1, 2, 3)
    )
    grid = only(book(rows, formats=['0.00"万元"', "0!.0,", "000000", "0.00", '0!.0,"万元"']))
    assert doubts(grid) == [
        ("number_format", None, 2), ("number_format", None, 3), ("lost_zero", None, 4), ("number_format", None, 6),
    ]  # fmt: skip
    assert grid.column_units == {1: "万元", 5: "元"}


@pytest.mark.parametrize("code", ["000000", "yyyy-mm-dd", 'e"年"', '0"万元"'])
@pytest.mark.parametrize("value", ["", " ", "abc"])
def test_a_formatted_cell_without_a_number_far_out_breaks_nothing(code: str, value: str) -> None:
    rows = row(cell("B2", 1), number=2) + row(cell("Z99", value, ' s="1"'), cell("AA99", "", ' s="1"'), number=99)
    grid = only(book(rows, formats=[code]))
    assert grid.columns[0].text[0] == "1"


def test_one_cell_of_another_format_is_named() -> None:
    rows = "".join(row(cell(f"A{n}", 5, ' s="1"' if n == 3 else ""), number=n) for n in range(1, 6))
    grid = only(book(rows, formats=['0"万元"']))
    assert doubts(grid) == [("number_format", 3, 1)]
    assert grid.column_units == {}


def test_hidden_parts_and_merged_ranges_are_told() -> None:
    rows = row(cell("A1", 1), cell("B1", 2)) + row(cell("A2", 1), number=2, extra=' hidden="1"')
    rows += row(cell("A3", 1), number=3, extra=' ht="0" customHeight="1"') + row(cell("A9", 1), number=9)
    before = '<cols><col min="2" max="2" width="9" hidden="1"/><col min="5" max="900" hidden="1"/></cols>'
    after = '<autoFilter ref="A1:B9"/><mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells>'
    grid = only(book(rows, before=before, after=after))
    assert doubts(grid) == [("hidden", 2, None), ("hidden", 3, None), ("hidden", None, 2)]
    assert grid.merged == [Merged(1, 1, 2, 2)]
    assert grid.height == 9


FOUND: list[tuple[str, str, list[list[str | None]]]] = [
    ("rows out of order", row(cell("A3", 3), number=3) + row(cell("A1", 1)), [["1"], [None], ["3"]]),
    ("no addresses", "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>", [["1", "2"], ["3", None]]),
    ("single quotes", "<row r='1'><c t='s' r='A1'><v>1</v></c></row>", [["b"]]),
    ("text in the cell", row('<c r="A1" t="inlineStr"><is><r><t>x</t></r><r><t xml:space="preserve"> y</t></r><rPh><t>z</t></rPh></is></c>'), [["x y"]]),  # noqa: E501
    ("a comment", row('<!--<c r="A1"><v>9</v></c>-->' + cell("A1", 1)), [["1"]]),
    ("an empty text", row('<c r="A1" t="s"><v></v></c>', cell("B1", 1)), [["1"]]),
    ("trailing blanks", row(cell("A1", 1), '<c r="XFD1" s="1"/>'), [["1"]]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "wanted"), [case[1:] for case in FOUND], ids=[case[0] for case in FOUND])
def test_unusual_xml_is_read_right(rows: str, wanted: list[list[str | None]]) -> None:
    assert texts(only(book(rows))) == wanted


@pytest.mark.parametrize("reference", ["A1", "C3:D4", "A1:XFD1048576"])
def test_a_wrong_dimension_costs_no_cell(reference: str) -> None:
    rows = row(cell("A1", 1), cell("B1", 2)) + row(cell("A2", 3), number=2)
    assert texts(only(book(rows, before=f'<dimension ref="{reference}"/>'))) == [["1", "2"], ["3", None]]


def test_strict_workbooks_phonetic_runs_and_preserved_blanks_are_read_right() -> None:
    shared = '<si><r><t>東</t></r><r><t>京</t></r><rPh sb="0" eb="2"><t>x</t></rPh></si><si><t xml:space="preserve"> a </t></si>'  # noqa: E501
    raw = book(row(cell("A1", 0, ' t="s"'), cell("B1", 1, ' t="s"')), texts=shared, namespace=STRICT)
    assert texts(only(raw)) == [["東京", " a "]]


REFUSED: list[tuple[str, bytes]] = [
    ("text number too high", book(row(cell("A1", 99, ' t="s"')))),
    ("text number negative", book(row(cell("A1", -1, ' t="s"')))),
    ("no table of texts", book(row(cell("A1", 0, ' t="s"')), texts=None)),
    ("a cell twice", book(row(cell("A1", 1), cell("A1", 2)))),
    ("a cell in two rows", book(row(cell("A1", 1)) + row(cell("A1", 2)))),
    ("alternative content", book(row(cell("A1", 1)) + "<AlternateContent><Choice>" + row(cell("A2", 1), number=2) + "</Choice><Fallback>" + row(cell("A2", 2), number=2) + "</Fallback></AlternateContent>")),  # noqa: E501
    ("address of another row", book(row(cell("A7", 1), number=2))),
    ("address without letters", book(row(cell("11", 1)))),
    ("address beyond the sheet", book(row(cell("XFE1", 1)))),
    ("two values", book(row('<c r="A1"><v>1</v><v>2</v></c>'))),
    ("two parts of cells", book(row(cell("A1", 1)) + "</sheetData><sheetData>" + row(cell("A2", 2), number=2))),
    ("unknown type", book(row(cell("A1", 1, ' t="zz"')))),
    ("unclosed", book('<row r="1"><c r="A1"><v>1</v></row>')),
]  # fmt: skip


@pytest.mark.parametrize("raw", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_cannot_be_read_with_certainty_is_refused(raw: bytes) -> None:
    with pytest.raises(FileRefusedError, match="cannot be read"):
        workbooks.read_grids(raw)


SERIALS = {59: "1900-02-28", 60: "1900-02-29", 61: "1900-03-01", 43983: "2020-06-01"}


def test_the_day_that_never_was_is_told_and_its_neighbours_are_right() -> None:
    cells = [cell(f"{'ABCDEF'[at]}1", serial, ' s="1"') for at, serial in enumerate([*SERIALS, 0, -1])]
    grid = only(book(row(*cells), formats=["yyyy-mm-dd"]))
    assert texts(grid) == [[*SERIALS.values(), "0", "-1"]]
    assert doubts(grid) == [("number_format", 1, 2), ("number_format", 1, 5), ("number_format", 1, 6)]


def test_the_epoch_of_1904_begins_on_its_first_day() -> None:
    cells = [cell(f"{'ABCD'[at]}1", serial, ' s="1"') for at, serial in enumerate([0, 1, 60, 42521])]
    grid = only(book(row(*cells), formats=["yyyy-mm-dd"], properties='<workbookPr date1904="1"/>'))
    assert texts(grid) == [["1904-01-01", "1904-01-02", "1904-03-01", "2020-06-01"]]
    assert doubts(grid) == []


def old_workbook() -> tuple[xlwt.Workbook, xlwt.Worksheet]:
    workbook = xlwt.Workbook()
    return workbook, workbook.add_sheet("旧表")


def saved(workbook: xlwt.Workbook) -> bytes:
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def test_an_old_workbook_says_what_its_cells_do_not_show() -> None:
    workbook, sheet = old_workbook()
    money = xlwt.easyxf(num_format_str='0.00"万元"')
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for n in range(4):
        sheet.write(n, 0, n + 0.5, money)
    for at, serial in enumerate(SERIALS):
        sheet.write(at, 1, serial, day)
    sheet.write(0, 2, xlwt.Formula("1+1"))
    sheet.write(1, 2, "#")
    sheet.write_merge(2, 3, 2, 3, "合")
    sheet.row(1).hidden = True
    sheet.col(0).hidden = True
    workbook.add_sheet("藏").visibility = 2
    hidden = workbook.get_sheet(1)
    hidden.write(4, 4, 1)
    first, second = workbooks.read_grids(saved(workbook))
    assert [line[1] for line in texts(first)] == list(SERIALS.values())
    assert [line[2] for line in texts(first)] == [None, "#", "合", None]
    assert doubts(first) == [
        ("formula", 1, 3), ("number_format", 2, 2), ("hidden", 2, None), ("hidden", None, 1), ("number_format", None, 1),  # noqa: E501
    ]  # fmt: skip
    assert first.column_units == {0: "万元"}
    assert first.merged == [Merged(3, 3, 4, 4)]
    assert (second.is_hidden, second.first_column, second.rows.to_list()) == (True, 5, [5])
    assert doubts(second) == [("hidden", None, None)]


def test_an_old_workbook_of_the_1904_epoch() -> None:
    workbook, sheet = old_workbook()
    workbook.dates_1904 = True
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, serial in enumerate([0, 60, 42521]):
        sheet.write(0, at, serial, day)
    assert texts(only(saved(workbook))) == [["1904-01-01", "1904-03-01", "2020-06-01"]]


def test_every_cell_of_an_old_workbook_is_the_same_to_another_parser() -> None:
    dice = random.Random(7)
    workbook, sheet = old_workbook()
    pool: Sequence[object] = ["甲", "a" * 300, 0.1, 12.34, -7, 123456789, 1e20, 2**40, True, "长" * 5000, -0.01, 1 / 3]
    for n in range(300):
        for at in range(12):
            if dice.random() < 0.9:
                sheet.write(n, at, dice.choice(pool))
    raw = saved(workbook)
    grid, other = only(raw), xlrd.open_workbook(file_contents=raw).sheet_by_index(0)
    for n in range(grid.height):
        for at in range(grid.width):
            one = other.cell(int(grid.rows[n]) - 1, grid.first_column - 1 + at)
            wanted = bool(one.value) if one.ctype == xlrd.XL_CELL_BOOLEAN else one.value
            assert grid.columns[at].text[n] == (cell_text(wanted, ("TRUE", "FALSE")) or None)


@pytest.mark.parametrize(("packed", "value"), [(0x3FF00000, 1.0), (0x3FF00001, 0.01), (30, 7.0), (0xFFFFFFE6, -7.0)])
def test_packed_numbers_of_old_workbooks(packed: int, value: float) -> None:
    assert rk_number(packed) == value


def test_a_sheet_full_to_its_last_row_may_be_cut_off() -> None:
    workbook, sheet = old_workbook()
    sheet.write(65_530, 0, "x")
    sheet.write(65_535, 0, "x")
    assert doubts(only(saved(workbook))) == [("truncated", None, None)]


def test_every_cell_of_a_workbook_is_the_same_to_another_parser() -> None:
    dice = random.Random(11)
    target = io.BytesIO()
    pool: Sequence[object] = ["甲", " x ", 0.1, 12.34, -7, 123456789, 1e20, True, False, "=1", "1" * 20, 1 / 3, 5e-324]
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        for name in ("一", "二"):
            sheet = workbook.add_worksheet(name)
            for n in range(3, 400):
                for at in range(2, 30):
                    if dice.random() < 0.7:
                        sheet.write(n, at, dice.choice(pool))
    other = openpyxl.load_workbook(io.BytesIO(target.getvalue()))
    for grid in workbooks.read_grids(target.getvalue()):
        for n in range(grid.height):
            for at in range(grid.width):
                value = other[grid.sheet].cell(int(grid.rows[n]), grid.first_column + at).value
                wanted = float(value) if type(value) is int else value
                assert grid.columns[at].text[n] == (None if value is None else cell_text(wanted, ("TRUE", "FALSE")))


def parquet(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def test_parquet_keeps_kinds_and_writes_canonical_texts() -> None:
    table = pa.table({
        "名称": ["甲", None, "丙"],
        "数": pa.array([1.0, 0.1, None]),
        "整": pa.array([990101198001011234, 2, 3]),
        "短": pa.array([0.1, 2.5, 3.0], pa.float32()),
        "额": pa.array([Decimal("1.50"), None, Decimal("-2.00")]),
        "日": [datetime.date(2020, 6, 30), None, datetime.date(1900, 2, 28)],
        "时": [datetime.datetime(2020, 6, 30), datetime.datetime(2020, 6, 30, 1, 2), None],
        "否": [True, False, None],
        "类": pa.array(["x", "y", "x"]).dictionary_encode(),
    })  # fmt: skip
    (grid,) = parquet_files.read_grids(parquet(table))
    assert texts(grid)[0] == table.column_names
    assert texts(grid)[1] == ["甲", "1", "990101198001011234", "0.1", "1.50", "2020-06-30", "2020-06-30", "TRUE", "x"]
    assert texts(grid)[2] == [None, "0.1", "2", "2.5", None, None, "2020-06-30 01:02:00", "FALSE", "y"]
    kinds = [None if column.kinds is None else column.kinds[1] for column in grid.columns]
    assert kinds == [None, 1, 1, 1, 1, 2, 2, 3, None]


def test_parquet_of_nested_types_or_cut_off_is_refused() -> None:
    nested = parquet(pa.table({"a": [[1, 2], [3]]}))
    sound = parquet(pa.table({"a": list(range(1000))}))
    flipped = bytearray(sound)
    flipped[8:40] = bytes(32)
    for raw in (nested, sound[:-9], sound[:200], sound[:100] + sound[-100:], bytes(flipped), b"PAR1PAR1"):
        with pytest.raises(FileRefusedError, match="Parquet file cannot be read"):
            parquet_files.read_grids(raw)


def test_parquet_of_long_numbers_in_floating_columns_is_doubted() -> None:
    (grid,) = parquet_files.read_grids(parquet(pa.table({"号": [990101198001011234.0, 1.0]})))
    assert doubts(grid) == [("numeric_identity", None, 1)]


def test_a_sound_workbook_passes_the_archive_check_that_stands_before() -> None:
    check_archive(book(row(cell("A1", 1))))
    assert isinstance(only(book(row(cell("A1", 1)))).rows, pl.Series)
