"""Where tables lie in a sheet: titles, headers of one row or several, totals, notes, the next table."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid, Merged
from pipelines.reading.layout.blocks import Block
from pipelines.reading.layout.blocks import find_blocks as blocks_among
from pipelines.reading.layout.looks import looks
from pipelines.reading.layout.names import name_columns, stated_unit, unit_column, unit_of, units_of_rows
from pipelines.reading.layout.totals import doubts_of_total_rows, relations
from pipelines.reading.layout.values import doubts_of_values
from pipelines.reading.tables import Column

PEOPLE = ["姓名", "乡镇", "金额", "日期"]


def grid(rows: Sequence[Sequence[str]], *, form: str = "xlsx", merged: Sequence[tuple[int, ...]] = ()) -> Grid:
    """Rows of text as a sheet; empty strings are blank cells, short rows are filled up."""
    width = max(map(len, rows))
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    columns = [
        Column(pl.Series([cell or None for cell in column], dtype=pl.String)) for column in zip(*full, strict=True)
    ]
    ranges = [Merged(*each) for each in merged]
    return Grid(form, columns, pl.Series(range(1, len(rows) + 1), dtype=pl.Int32), merged=ranges)


def find_blocks(of: Grid) -> list[Block]:
    return blocks_among(of, looks(of.columns))


def value_doubts(columns: list[Column], rows: list[int], names: list[str]) -> list[Doubt]:
    return doubts_of_values(columns, looks(columns), pl.Series(rows, dtype=pl.Int32).to_numpy(), names, 1)


def people(count: int) -> list[list[str]]:
    names = "赵钱孙李周吴郑王冯陈"
    return [
        [
            names[n % 10] + "一二三四五"[n % 5],
            ("雄壁镇", "葵山镇")[n % 2],
            f"{100 + 7 * n}.50",
            f"2020-06-{n % 28 + 1:02d}",
        ]
        for n in range(count)
    ]


def shape(block: Block, of: Grid) -> tuple[list[int], int, list[tuple[int, str]]]:
    """Header rows, number of data rows and the rest, in rows of the source."""
    rows = of.rows.to_list()
    others = sorted((rows[line], role) for line, role in block.non_data)
    return [rows[line] for line in block.header], len(block.data), others


def kinds(block: Block) -> list[str]:
    return sorted(doubt.kind for doubt in block.doubts)


def only(of: Grid) -> Block:
    (block,) = find_blocks(of)
    return block


def test_a_plain_table_has_one_header_row_and_no_doubt() -> None:
    sheet = grid([PEOPLE, *people(6)])
    assert shape(only(sheet), sheet) == ([1], 6, [])
    assert kinds(only(sheet)) == []
    assert name_columns(sheet, [0])[0] == PEOPLE


def test_titles_and_a_stated_unit_stand_above_the_header() -> None:
    sheet = grid([["2020年6月补助发放表"], ["填报单位：某县", "", "单位：万元"], [], PEOPLE, *people(5)])
    assert shape(only(sheet), sheet) == ([4], 5, [(1, "title"), (2, "title"), (3, "blank")])
    assert stated_unit(["2020年6月补助发放表", "填报单位：某县", "单位：万元"]) == "万元"


def test_a_table_without_header_loses_no_row_and_is_doubted() -> None:
    sheet = grid(people(6))
    assert shape(only(sheet), sheet) == ([], 6, [])
    assert kinds(only(sheet)) == ["header_guess"]


def test_group_names_reach_over_the_columns_of_their_merged_range() -> None:
    rows = [
        ["姓名", "收入", "", "", "支出", ""],
        ["", "工资", "经营", "转移", "生产", "生活"],
        *[[row[0], "1200", "300.5", "80", "40", "900"] for row in people(4)],
    ]
    sheet = grid(rows, merged=[(1, 1, 2, 1), (1, 2, 1, 4), (1, 5, 1, 6)])
    assert shape(only(sheet), sheet) == ([1, 2], 4, [])
    named = ["姓名", "收入 工资", "收入 经营", "收入 转移", "支出 生产", "支出 生活"]
    assert name_columns(sheet, [0, 1])[0] == named
    as_text = grid(rows, form="csv")
    assert shape(only(as_text), as_text)[:2] == ([1, 2], 4)
    assert name_columns(as_text, [0, 1])[0] == named


def test_a_header_repeated_in_two_rows_is_one_header() -> None:
    sheet = grid([PEOPLE, PEOPLE, *people(4)], form="csv")
    assert shape(only(sheet), sheet)[:2] == ([1, 2], 4)


def test_a_unit_row_below_the_header_gives_units_and_is_no_data() -> None:
    sheet = grid([["乡镇", "人口", "收入", "增长"], ["", "（人）", "万元", "%"], ["雄壁镇", "100", "20.5", "1.2"],
                  ["葵山镇", "120", "21.5", "1.3"]])  # fmt: skip
    block = only(sheet)
    assert shape(block, sheet)[:2] == ([1, 2], 2)
    names, units, _ = name_columns(sheet, block.header)
    assert units == [None, "人", "万元", "%"]
    assert names == ["乡镇", "人口(人)", "收入(万元)", "增长(%)"]


def test_years_as_column_names_are_a_header() -> None:
    sheet = grid([["指标", "2017", "2018", "2019"], ["人口", "512", "514", "518"], ["户数", "120", "121", "125"]])
    assert shape(only(sheet), sheet) == ([1], 2, [])


def test_the_row_of_column_numbers_is_no_data() -> None:
    sheet = grid([["乡镇", "人口", "户数"], ["甲", "1", "2"], ["雄壁镇", "100", "30"]])
    assert shape(only(sheet), sheet) == ([1], 1, [(2, "column_numbers")])
    sheet = grid([["乡镇", "人口", "户数"], ["丹凤", "1", "2"], ["雄壁镇", "100", "30"]])
    assert shape(only(sheet), sheet)[1] == 2, "numbers beside a name are a record"
    sheet = grid(
        [
            ["乡镇", "人口", "户数", "收入"],
            ["甲", "1", "2", "3"],
            ["雄壁镇", "100", "30", "7"],
            ["葵山镇", "9", "3", "2"],
        ]
    )
    assert shape(only(sheet), sheet) == ([1], 2, [(2, "column_numbers")])


def test_totals_and_notes_below_are_no_data_and_a_wrong_total_is_doubted() -> None:
    rows = [["乡镇", "人数", "金额"], ["甲镇", "3", "10.5"], ["乙镇", "4", "20"], ["丙镇", "5", "1.5"]]
    notes = [["注：本表为模拟数据"], ["填表人：某", "审核：某"]]
    for total, wrong in ((["合计", "12", "32.0"], []), (["合 计", "12", "33.0"], [3])):
        sheet = grid([*rows, total, *notes])
        block = only(sheet)
        assert shape(block, sheet) == ([1], 3, [(5, "total"), (6, "note"), (7, "note")])
        doubts = doubts_of_total_rows(sheet, block.data, {4: "total"}, rows[0])
        assert [doubt.column for doubt in doubts] == wrong


def test_sub_totals_sum_their_own_part() -> None:
    rows = [
        ["村", "户数"],
        ["甲", "3"],
        ["乙", "4"],
        ["小计", "7"],
        ["丙", "5"],
        ["丁", "6"],
        ["小计", "12"],
        ["合计", "18"],
    ]
    sheet = grid(rows)
    block = only(sheet)
    assert shape(block, sheet)[2] == [(4, "subtotal"), (7, "subtotal"), (8, "total")]
    doubts = doubts_of_total_rows(sheet, block.data, {3: "subtotal", 6: "subtotal", 7: "total"}, rows[0])
    assert [(doubt.row, doubt.column) for doubt in doubts] == [(7, 2)]


def test_a_total_at_the_top_of_a_yearbook_table_is_a_record() -> None:
    sheet = grid([["地区", "人口", "户数"], ["合计", "300", "90"], ["甲区", "100", "30"], ["乙区", "200", "60"]])
    assert shape(only(sheet), sheet) == ([1], 3, [])


def test_section_rows_and_rows_of_a_label_alone_stay_in_the_table() -> None:
    sheet = grid(
        [
            ["指标", "全市", "甲区"],
            ["户籍人口"],
            ["  总户数", "10", "4"],
            ["变动情况"],
            ["  出生", "3", "1"],
            ["  死亡率 (‰)"],
        ]
    )
    assert shape(only(sheet), sheet) == ([1], 5, [])


@pytest.mark.parametrize("between", [[], [[]], [["表二 车辆情况"]], [[], ["表二 车辆情况"]]])
def test_a_second_table_below_is_found_and_doubted(between: list[list[str]]) -> None:
    second = [["车牌", "品牌", "年份", "排量"], *[[f"云D{1000 + n}", "五菱", "2019", "1.5"] for n in range(4)]]
    sheet = grid([PEOPLE, *people(5), *between, *second])
    first, other = find_blocks(sheet)
    start = 7 + len(between)
    assert shape(first, sheet)[:2] == ([1], 5)
    assert shape(other, sheet)[:2] == ([start], 4)
    assert "second_table" in kinds(first)
    assert "second_table" in kinds(other)


def test_every_line_has_exactly_one_role() -> None:
    sheet = grid([["标题"], [], PEOPLE, *people(3), [], ["合计", "", "400"], PEOPLE, *people(4), ["注：完"], []])
    blocks = find_blocks(sheet)
    lines = [
        line
        for block in blocks
        for line in (*block.header, *block.data.tolist(), *(line for line, _ in block.non_data))
    ]
    assert sorted(lines) == list(range(sheet.height))


def test_a_repeated_header_among_the_data_is_set_aside_and_said() -> None:
    sheet = grid([PEOPLE, *people(3), PEOPLE, *people(4)])
    block = only(sheet)
    assert shape(block, sheet) == ([1], 7, [(5, "repeated_header")])
    assert kinds(block) == ["repeated_header"]


def test_a_repeated_header_is_found_in_a_table_of_words_too() -> None:
    rows = [["姓名", "性别", "乡镇"], ["赵一", "男", "雄壁镇"], ["钱二", "女", "葵山镇"]]
    sheet = grid([*rows, rows[0], *rows[1:]])
    assert shape(only(sheet), sheet) == ([1], 4, [(4, "repeated_header")])


def test_a_table_of_words_takes_usual_names_as_header_and_doubts_others() -> None:
    usual = grid([["姓名", "性别", "乡镇"], ["赵一", "男", "雄壁镇"], ["钱二", "女", "葵山镇"]])
    assert (shape(only(usual), usual), kinds(only(usual))) == (([1], 2, []), [])
    unusual = grid([["alpha", "beta"], ["red", "round"], ["blue", "square"], ["green", "round"]])
    assert kinds(only(unusual)) == ["header_guess"]


def test_a_header_alone_and_a_single_row_are_said() -> None:
    assert kinds(only(grid([PEOPLE]))) == ["no_data"]
    one = grid([PEOPLE, *people(1)])
    assert (shape(only(one), one)[:2], kinds(only(one))) == (([1], 1), ["single_row"])


def test_blank_and_repeated_names_are_doubted_at_their_column() -> None:
    sheet = grid([["姓名", "", "金额", "金额"], *people(3)])
    assert [(doubt.kind, doubt.column) for doubt in name_columns(sheet, [0])[2]] == [
        ("blank_header", 2),
        ("duplicate_header", 4),
    ]


YEARBOOK = [
    ["4-1 人口主要指标"],
    ["(2012年)"],
    ["指标名称", "全市", "甲区", "乙区", "丙县", "丁县"],
    ["常住人口(人)", "46700", "118491", "58496", "92029", "105330"],
    ["人口密度(人/平方公里)", "410", "1020", "636", "260", "368"],
    ["户籍人口情况"],
    ["  年末总人口(人)", "287312", "81303", "37170", "84475", "84364"],
    ["    男(人)", "145613", "41010", "18797", "43500", "42306"],
    ["    女(人)", "141699", "40293", "18373", "40975", "42058"],
    ["年内出生人数(人)", "11 158", "4755", "1571", "2378", "2454"],
    ["出生率(‰)", "12.31", "12．32", "12.05", "11.14", "-"],
]


def test_a_yearbook_sheet_is_read_with_its_damages() -> None:
    sheet = grid(YEARBOOK)
    block = only(sheet)
    assert shape(block, sheet) == ([3], 8, [(1, "title"), (2, "title")])
    names, _, _ = name_columns(sheet, block.header)
    columns = [Column(column.text.gather(block.data)) for column in sheet.columns]
    values = value_doubts(columns, sheet.rows.gather(block.data).to_list(), names)
    found, broken = relations(sheet, block.data, names)
    assert {(doubt.kind, doubt.row, doubt.column) for doubt in (*values, *broken)} == {
        ("damaged_number", 10, 2),
        ("damaged_number", 11, 3),
        ("mixed_type", 11, 6),
        ("subtotal_mismatch", 4, 2),
    }
    assert ("columns", 2, (3, 4, 5, 6), 4, 1) in [
        (each.along, each.total, each.parts, each.holds, each.fails) for each in found
    ]
    assert ("rows", 7, (8, 9), 5, 0) in [(each.along, each.total, each.parts, each.holds, each.fails) for each in found]
    units, doubts = units_of_rows([column.text for column in columns], None)
    assert units == ["人", "人/平方公里", None, "人", "人", "人", "人", "‰"]
    assert doubts == []


def test_a_misread_unit_is_doubted_in_its_cell() -> None:
    columns = [pl.Series(["出生率", "自然增长率"]), pl.Series(["‰", "%0"]), pl.Series(["9.1", "6.1"])]
    assert unit_column(["指标", "", "全市"], columns) == 1
    units, doubts = units_of_rows(columns, 1)
    assert units == ["‰", "%0"]
    assert [(kind, line, at) for kind, line, at, _ in doubts] == [("damaged_number", 1, 1)]


@pytest.mark.parametrize(
    ("label", "unit"),
    [
        ("常住人口 (万人)", "万人"),
        ("收入（元）", "元"),
        ("增长率(%)", "%"),
        ("面积(平方公里)", "平方公里"),
        ("姓名", None),
        ("村民小组(一)", None),
    ],
)
def test_units_at_the_end_of_a_label(label: str, unit: str | None) -> None:
    assert unit_of(label) == unit


def test_numbers_too_long_codes_too_short_and_impossible_dates() -> None:
    rows = [["990101198001010", "530323", "2020-01-02"], ["990101198001019000", "030401", "2020-13-02"]]
    rows += [[f"99010119800101{n:04d}", f"03040{n % 7}", "2020-02-03"] for n in range(1001, 1009)]
    rows[0][1] = "30402"
    columns = [Column(pl.Series(column)) for column in zip(*rows, strict=True)]
    found = value_doubts(columns, list(range(2, 12)), ["身份证号", "区划代码", "日期"])
    assert ("numeric_identity", 3, 1) in [(doubt.kind, doubt.row, doubt.column) for doubt in found]
    assert [(doubt.row, doubt.column) for doubt in found if doubt.kind == "lost_zero"] == [(2, 2)]
    assert [(doubt.row, doubt.column) for doubt in found if doubt.kind == "bad_date"] == [(3, 3)]


def doubts_of(of: Grid) -> list[tuple[str, int | None, int | None]]:
    """Every doubt that inspecting would have about a sheet of one table."""
    block = only(of)
    names, _, named = name_columns(of, block.header)
    columns = [Column(column.text.gather(block.data)) for column in of.columns]
    found = [*block.doubts, *named, *value_doubts(columns, of.rows.gather(block.data).to_list(), names)]
    found += doubts_of_total_rows(of, block.data, dict(block.non_data), names) + relations(of, block.data, names)[1]
    return [(doubt.kind, doubt.row, doubt.column) for doubt in found]


def test_rows_whose_cells_are_all_uncertain_stay_rows() -> None:
    sheet = grid([PEOPLE, *people(3), [], *people(2)], form="csv")
    sheet.doubts.append(Doubt("ragged_row", 5))
    assert shape(only(sheet), sheet) == ([1], 6, [])


@pytest.mark.parametrize(
    ("unit_row", "units"),
    [
        (["", "（万千瓦）", "（元）"], [None, "万千瓦", "元"]),
        (["", "(床)", "(10 000 persons)"], [None, "床", "10 000 persons"]),
        (["", "(某种单位)", "(户)"], [None, "某种单位", "户"]),
    ],
)
def test_a_unit_that_nobody_knows_is_kept(unit_row: list[str], units: list[str | None]) -> None:
    sheet = grid([["地区", "装机", "收入"], unit_row, ["甲", "10", "20.5"], ["乙", "12", "21.5"]])
    block = only(sheet)
    assert shape(block, sheet)[:2] == ([1, 2], 2)
    assert name_columns(sheet, block.header)[1] == units


@pytest.mark.parametrize(
    ("title", "unit"),
    [
        ("单位：万千瓦时、户", "万千瓦时、户"),
        ("单 位：万 吨", "万吨"),
        ("计价单位：万元（当年价）", "万元（当年价"),
        ("(万元)", "万元"),
        ("Unit: 10 000 yuan", "10000yuan"),
        ("填报单位：县统计局", None),
        ("单位：县统计局", None),
    ],
)
def test_the_unit_of_a_title_is_what_stands_there(title: str, unit: str | None) -> None:
    assert stated_unit([title]) == unit


@pytest.mark.parametrize("marks", [["甲", "1", "2"], ["栏次", "(1)", "(2)"], ["甲", "①", "②"], ["A", "1", "2=1×3"]])
def test_rows_of_column_numbers_in_any_writing(marks: list[str]) -> None:
    sheet = grid([["乡镇", "人口", "户数"], marks, ["雄壁镇", "100", "30"], ["葵山镇", "120", "33"]])
    assert shape(only(sheet), sheet) == ([1], 2, [(2, "column_numbers")])


@pytest.mark.parametrize("line", ["续表", "（续上表）", "表4-5(续)", "续表1"])
def test_a_line_that_says_continued_is_no_record(line: str) -> None:
    sheet = grid([PEOPLE, *people(3), [line], PEOPLE, *people(3)])
    assert sorted(shape(only(sheet), sheet)[2]) == [(5, "title"), (6, "repeated_header")]


def test_a_header_row_of_few_words_below_a_group_belongs_to_the_header() -> None:
    rows = [["地区", "投资额", "其中", ""], ["", "", "国有", "民间"], ["甲", "10", "4", "6"], ["乙", "12", "5", "7"]]
    sheet = grid(rows, merged=[(1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4)])
    assert name_columns(sheet, only(sheet).header)[0] == ["地区", "投资额", "其中 国有", "其中 民间"]


def test_a_lone_word_above_the_columns_is_said() -> None:
    sheet = grid([["", "", "其中"], ["地区", "投资额", "国有"], ["甲", "10", "4"], ["乙", "12", "5"]])
    assert ("header_guess", 1, 3) in doubts_of(sheet)


@pytest.mark.parametrize(("total", "is_right"), [("42", True), ("43", False)])
@pytest.mark.parametrize("label", ["合计", "全县", "Total"])
def test_a_total_at_the_top_is_checked_against_what_is_below(total: str, is_right: bool, label: str) -> None:
    sheet = grid([["地区", "人口"], [label, total], ["甲镇", "10"], ["乙镇", "12"], ["丙镇", "20"]])
    assert ("subtotal_mismatch" in [kind for kind, _, _ in doubts_of(sheet)]) is not is_right


def test_a_total_over_two_levels_is_no_contradiction() -> None:
    rows = [
        ["地区", "人口"],
        ["全市", "42"],
        ["东区", "22"],
        ["  甲", "10"],
        ["  乙", "12"],
        ["西区", "20"],
        ["  丙", "20"],
    ]
    assert doubts_of(grid(rows)) == []


def test_a_total_column_is_checked_also_beside_other_columns() -> None:
    rows = [["乡镇", "户数", "总人口", "男", "女", "性别比"]]
    rows += [[f"镇{n}", str(30 + n), str(100 + 2 * n), str(52 + n), str(48 + n), "108.3"] for n in range(5)]
    rows[3][2] = "105"
    assert doubts_of(grid(rows)) == [("subtotal_mismatch", 4, 3)]


def test_group_sums_that_are_called_totals_are_right() -> None:
    rows = [["村", "户数"], ["一", "3"], ["二", "4"], ["合计", "7"], ["三", "5"], ["四", "6"], ["合计", "11"]]
    assert doubts_of(grid(rows)) == []


@pytest.mark.parametrize("label", ["Grand Total", "Sum", "TOTAL", "总  计"])
def test_closing_totals_in_any_words_are_no_records(label: str) -> None:
    sheet = grid([["village", "households"], ["a", "3"], ["b", "4"], ["c", "9"], [label, "16"]])
    assert shape(only(sheet), sheet)[2] == [(5, "total")]


@pytest.mark.parametrize(
    ("kind", "odd"),
    [("damaged_number", "１２０４"), ("mixed_type", "(1204)"), ("mixed_type", "−1204"), ("mixed_type", "1.2E+03"),
     ("damaged_number", "12 04"), ("damaged_number", "l204"), ("mixed_type", "缺")],
)  # fmt: skip
def test_one_odd_figure_among_many_is_doubted(kind: str, odd: str) -> None:
    rows = [["地区", "人口"], *[[f"镇{n}", str(1200 + n)] for n in range(12)]]
    rows[5][1] = odd
    assert (kind, 6, 2) in doubts_of(grid(rows))


@pytest.mark.parametrize("odd", ["2020-02-30", "2020年2月30日", "2021-02-29"])
def test_days_that_no_calendar_has_are_doubted(odd: str) -> None:
    rows = [["姓名", "日期"], *[[f"人{n}", f"2020-03-{n + 1:02d}"] for n in range(8)]]
    rows[4][1] = odd
    assert ("bad_date", 5, 2) in doubts_of(grid(rows))


def test_a_sheet_of_prose_is_never_certain() -> None:
    assert "header_guess" in kinds(only(grid([["封面"], ["某县统计年鉴"], ["二〇二〇年"]])))
