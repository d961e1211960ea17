"""Delimited text told nothing: encodings, dialects, records, damaged rows, several tables in one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from random import Random
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.grids import Grid
from pipelines.reading.tables import FileRefusedError
from pipelines.reading.text import encodings, records
from pipelines.reading.text.garbling import garbled
from pipelines.reading.text.text_files import read_grids, read_table, read_text
from tests.faults.office import identity

Rows = list[list[str]]
TOWNS = ("丹凤街道", "雄壁镇", "葵山镇")
NAMES = ["王小明", "李芳", "张伟", "刘洋", "陈静", "杨帆", "赵敏", "黄磊", "周杰", "吴婷", "徐丽", "孙强"]
ITEMS = ('Table, Round 48"', "Lamp, brass", "Chair", 'Desk 60" x 30", oak', 'Sofa "Nina"')


def register(count: int = 12) -> Rows:
    """A register as a county office keeps it."""
    rows = [["户编号", "姓名", "身份证号", "乡镇", "与户主关系", "性别", "出生日期", "人均纯收入", "备注"]]
    for n in range(count):
        rows.append(  # noqa: PERF401
            [f"53032300{1000 + n}", NAMES[n % 12], identity(n), TOWNS[n % 3], ("户主", "配偶", "之子")[n % 3],
             "男" if n % 2 else "女", f"19{60 + n}-0{1 + n % 9}-1{n % 10}", f"{4000 + n * 613}.{10 + n}",
             "" if n % 4 else "外出务工"]
        )  # fmt: skip
    return rows


def shop(count: int = 15) -> Rows:
    """A shop's list with delimiters and quotation marks inside values."""
    rows = [["DATE", "TIME", "Qty", "PRODUCTID", "Price", "Type", "Description", "URL", "Comments"]]
    for n in range(count):
        rows.append(  # noqa: PERF401
            [f"{10 + n}/02/2018", f"{1 + n % 12:02d}:{15 + n}", str(1 + n * 7 % 30),
             f"{'ABCD'[n % 4]}H-{1009 + n * 577}",
             f"${10 + n * 41}.{17 + n}", ("Furniture", "Lighting", "Garden")[n % 3], ITEMS[n % 5],
             f"http://shop.example/item/{100 + n * 37}", "" if n % 3 else "Made in Asia, check stock"]
        )  # fmt: skip
    return rows


TABLES = {"register": register(), "shop": shop()}


def text_of(rows: Sequence[Sequence[str]], delimiter: str = ",", quote: str = '"', end: str = "\r\n") -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, quotechar=quote, lineterminator=end).writerows(rows)
    return target.getvalue()


def cells(grid: Grid) -> Rows:
    return [[cell or "" for cell in grid.line(index)] for index in range(grid.height)]


def kinds(grids: list[Grid]) -> set[str]:
    return {doubt.kind for grid in grids for doubt in grid.doubts}


def one(raw: bytes | str) -> Grid:
    grids = read_grids(raw.encode() if isinstance(raw, str) else raw)
    assert len(grids) == 1
    return grids[0]


def raw_cells(line: str) -> list[str]:
    """The cells of a sound line as they are written, quotes included."""
    found, inside = [""], False
    for character in line:
        inside ^= character == '"'
        if character == "," and not inside:
            found.append("")
        else:
            found[-1] += character
    return found


def damages(rows: Rows) -> list[tuple[str, int, list[str], str]]:
    """Every row × column position: what, row, the true cells (a stray quote stays as text), the damaged file."""
    lines = text_of(rows).split("\r\n")[:-1]
    found = []
    for number, line in enumerate(lines):
        raws = raw_cells(line)
        for at, raw in enumerate(raws):
            truth = rows[number]
            each: list[tuple[str, list[str], list[str]]] = [
                ("extra", [*raws[:at], "", *raws[at:]], truth),
                (
                    "quote before",
                    [*raws[:at], '"' + raw, *raws[at + 1 :]],
                    [*truth[:at], '"' + truth[at], *truth[at + 1 :]],
                ),
                (
                    "quote after",
                    [*raws[:at], raw + '"', *raws[at + 1 :]],
                    [*truth[:at], truth[at] + '"', *truth[at + 1 :]],
                ),
            ]
            if at + 1 < len(raws):
                each.append(("missing", [*raws[:at], raw + raws[at + 1], *raws[at + 2 :]], truth))
            for what, damaged, true in each:
                text = "\r\n".join([*lines[:number], ",".join(damaged), *lines[number + 1 :]]) + "\r\n"
                found.append((what, number + 1, true, text))
    return found


@pytest.mark.parametrize("name", TABLES)
def test_f06_f07_every_position_of_a_delimiter_or_quote_is_doubted_and_touches_no_other_row(name: str) -> None:
    table = TABLES[name]
    kept: dict[str, list[bool]] = {}
    for what, row, true, text in damages(table):
        grid = one(text)
        rows = cells(grid)
        assert [*rows[: row - 1], *rows[row:]] == [*table[: row - 1], *table[row:]], (what, row)
        doubted = {doubt.row for doubt in grid.doubts}
        assert doubted <= {row, None}
        assert rows[row - 1] == true or row in doubted, (what, row)
        assert all(cell in ("", sound) for cell, sound in zip(rows[row - 1], true, strict=True)), (what, row)
        if row > 1:
            kept.setdefault(what, []).extend(
                cell == sound for cell, sound in zip(rows[row - 1], true, strict=True) if sound
            )
    shares = {what: sum(each) / len(each) for what, each in kept.items()}
    assert min(shares.values()) > 0.96, shares
    assert min(shares["quote before"], shares["quote after"]) > 0.99, shares


@pytest.mark.parametrize("name", TABLES)
def test_f06_a_delimiter_missing_and_one_too_many_in_one_row_is_no_silent_shift(name: str) -> None:
    table = TABLES[name]
    lines = text_of(table).split("\r\n")[:-1]
    silent = total = 0
    for number in range(1, len(lines)):
        raws = raw_cells(lines[number])
        for missing in range(0, len(raws) - 1, 2):
            for extra in range(1, len(raws) - 1, 3):
                damaged = [*raws[:missing], raws[missing] + raws[missing + 1], *raws[missing + 2 :]]
                damaged.insert(extra, "")
                text = "\r\n".join([*lines[:number], ",".join(damaged), *lines[number + 1 :]]) + "\r\n"
                grid = one(text)
                total += 1
                silent += cells(grid)[number] != table[number] and number + 1 not in {
                    doubt.row for doubt in grid.doubts
                }
    assert silent == 0, f"{silent} of {total}"


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("alternative", ["; ", "\t", ";", " ", "|"])
def test_f08_a_row_split_by_another_delimiter_is_split_by_its_own(name: str, alternative: str) -> None:
    table = TABLES[name]
    for number in range(len(table)):
        lines = text_of(table).split("\r\n")[:-1]
        lines[number] = text_of([table[number]], alternative[:1], end="")
        grid = one("\r\n".join(lines) + "\r\n")
        assert cells(grid) == table
        assert ("mixed_delimiter", number + 1) in {(doubt.kind, doubt.row) for doubt in grid.doubts}


@pytest.mark.parametrize(
    "delimiter", [",", ";", "\t", "|", ":", "^", "~", " ", "，", "；", "、", "§", ", ", "\t\t", "||", "¦"]
)
@pytest.mark.parametrize("name", TABLES)
def test_f08_delimiters_are_found(name: str, delimiter: str) -> None:
    plain = text_of(TABLES[name], "\x1f")
    marked = [
        ["".join(f'"{raw}"' if delimiter in raw and raw[:1] != '"' else raw) for raw in line.split("\x1f")]
        for line in plain.split("\r\n")[:-1]
    ]
    grid = one("\r\n".join(delimiter.join(line) for line in marked) + "\r\n")
    assert grid.delimiter == delimiter
    assert cells(grid) == TABLES[name]
    assert not kinds([grid]) & {"ragged_row", "stray_quote", "mixed_delimiter", "mixed_type"}


@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_f08_quotation_marks_are_found(quote: str, delimiter: str) -> None:
    assert cells(one(text_of(shop(), delimiter, quote))) == shop()


def test_f08_curly_quotes_and_backslashes() -> None:
    rows = register(8)
    for n, row in enumerate(rows[1:]):
        row[8] = f"长期，外出{n}"
    curly = "\n".join("，".join(f"“{cell}”" if "，" in cell else cell for cell in row) for row in rows)
    assert cells(one(curly)) == rows
    escaped = "\n".join(
        ",".join('"' + cell.replace('"', '\\"') + '"' if set(cell) & set(',"') else cell for cell in row)
        for row in shop()
    )
    assert cells(one(escaped + "\n")) == shop()
    assert not kinds(read_grids((escaped + "\n").encode()))


def test_f08_what_looks_like_a_delimiter_and_is_none() -> None:
    stamps = "\n".join(["时间", *(f"2020-01-{n:02d} 10:{n:02d}" for n in range(1, 20))]) + "\n"
    assert [column.text.len() for column in one(stamps).columns] == [20]
    decimals = [["甲", "乙", "丙"], *([f"{n},5", f"{n * 3},25", f"x{n}"] for n in range(12))]
    assert cells(one(text_of(decimals, ";").replace('"', ""))) == decimals
    names = "\n".join(["John Smith", "Ann Lee", "Bob Brown", "Cid Jones"])
    assert one(names).width == 1


CELL = st.text(alphabet=st.sampled_from("abcXYZ0123456789 张李王é,;|\t\"'.-\n"), max_size=8)


@settings(max_examples=120, deadline=None)
@given(
    data=st.data(),
    width=st.integers(3, 7),
    height=st.integers(4, 9),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    has_last=st.booleans(),
)
def test_f09_f10_random_tables_come_back(
    *,
    data: st.DataObject,
    width: int,
    height: int,
    delimiter: str,
    end: str,
    encoding: str,
    has_last: bool,
) -> None:
    rows = [[f"列{n}" for n in range(width)]]
    for n in range(height):
        free = data.draw(CELL)
        rows.append([str(1000 + n), *("甲乙丙丁"[(n + at) % 4] for at in range(width - 2)), free])
    target = io.StringIO()
    csv.writer(target, delimiter=delimiter, lineterminator="\x00", quoting=csv.QUOTE_ALL).writerows(rows)
    text = target.getvalue().replace("\x00", end)
    grid = one((text if has_last else text.removesuffix(end)).encode(encoding))
    assert grid.delimiter == delimiter
    assert cells(grid) == rows
    assert not kinds([grid]) & {"ragged_row", "stray_quote", "mixed_delimiter"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_f10_encodings(encoding: str) -> None:
    grid = one(text_of(register()).encode(encoding))
    assert cells(grid) == register()
    assert ("encoding" in kinds([grid])) == (encoding in ("utf-16-le", "utf-16-be"))


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_f10_western_text_is_no_chinese(encoding: str) -> None:
    rows = [["Stadt", "Größe", "Straße"], *([f"Köln{n}", str(n), "Müllerstraße"] for n in range(20))]
    grid = one(text_of(rows).encode(encoding))
    assert cells(grid) == rows
    assert "encoding" in kinds([grid])


def test_f11_a_file_of_two_encodings_is_refused() -> None:
    with pytest.raises(FileRefusedError, match="byte offset"):
        read_grids(text_of(register()).encode() + text_of(register()).encode("gb18030"))
    with pytest.raises(FileRefusedError, match="byte offset"):
        read_grids(text_of(register()).encode("gb18030")[:-3] + "张".encode("gb18030")[:1])


def test_f12_f14_garbled_and_invisible_characters_have_their_place() -> None:
    rows = register()
    rows[3][1], rows[4][1], rows[5][1], rows[6][1] = "锟斤拷", "张\u200b三", "张\0三", "张??"
    grid = one(text_of(rows))
    found = {(doubt.kind, doubt.row, doubt.column) for doubt in grid.doubts}
    assert found == {("mojibake", 4, 2), ("control_character", 5, 2), ("control_character", 6, 2), ("mojibake", 7, 2)}
    assert cells(grid) == rows


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b" \r\n\n"])
def test_f01_empty_files_are_refused(raw: bytes) -> None:
    with pytest.raises(FileRefusedError, match="empty"):
        read_grids(raw)


@pytest.mark.parametrize(
    "raw", [b"<!DOCTYPE html><table>", b"%PDF-1.4\n1,2", b"{\\rtf1 a}", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1aa"]
)
def test_f17_other_formats_are_refused(raw: bytes) -> None:
    with pytest.raises(FileRefusedError, match="not a text table"):
        read_grids(raw)


def test_f01_a_header_alone_and_a_single_row() -> None:
    assert cells(one("甲,乙,丙\n")) == [["甲", "乙", "丙"]]
    assert cells(one("甲,乙,丙\n1,2,3")) == [["甲", "乙", "丙"], ["1", "2", "3"]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("tail", ["", "1", "3"])
def test_f09_line_ends(end: str, tail: str) -> None:
    text = text_of(shop(), end=end).removesuffix(end) + end * int(tail or 0)
    grid = one(text)
    assert cells(grid)[:16] == shop()
    assert not kinds([grid])
    assert all(row == [""] * 9 for row in cells(grid)[16:])


def test_f09_records_over_lines_and_odd_separators() -> None:
    rows = shop()
    rows[3][6] = "two\nlines, quoted"
    rows[5][8] = "a\u2028b\x85c"
    grid = one(text_of(rows, end="\n"))
    assert cells(grid) == rows
    assert grid.rows.to_list()[3:6] == [4, 6, 7]


def test_f09_a_row_broken_by_a_lone_line_end_is_joined_and_doubted() -> None:
    lines = text_of(register()).split("\r\n")
    lines[4] = lines[4].replace("雄壁镇", "雄壁\n镇").replace("葵山镇", "葵山\n镇").replace("丹凤街道", "丹凤\n街道")
    grid = one("\r\n".join(lines))
    assert {(doubt.kind, doubt.row) for doubt in grid.doubts} >= {("ragged_row", 5), ("line_end", 5)}
    assert [row for n, row in enumerate(cells(grid)) if n != 4] == [row for n, row in enumerate(register()) if n != 4]


def test_f07_a_quote_that_is_never_closed_swallows_nothing() -> None:
    lines = text_of(register()).split("\r\n")
    lines[10] = lines[10].replace(",男", ',"男').replace(",女", ',"女')
    grid = one("\r\n".join(lines))
    assert grid.height == 13
    assert {(doubt.kind, doubt.row, doubt.column) for doubt in grid.doubts} == {("stray_quote", 11, 6)}


def test_f07_the_quote_of_another_cell_does_not_pair_up() -> None:
    lines = text_of(shop()).split("\r\n")
    lines[1] = '10/02/2018,01:15,"2,BH-9827,$78.07,Lighting,"Table, Round 48""",http://shop.example/item/155,'
    grid = one("\r\n".join(lines))
    assert cells(grid)[1] == [
        "10/02/2018",
        "01:15",
        '"2',
        "BH-9827",
        "$78.07",
        "Lighting",
        'Table, Round 48"',
        "http://shop.example/item/155",
        "",
    ]
    assert {(doubt.kind, doubt.row, doubt.column) for doubt in grid.doubts} == {("stray_quote", 2, 3)}


@pytest.mark.parametrize("second", [5, 9, 11])
@pytest.mark.parametrize("blank", [0, 1, 2])
def test_f05_a_second_table_starts_another_grid(second: int, blank: int) -> None:
    other = [[f"name{n}" for n in range(second)], *([str(n * at) for at in range(second)] for n in range(1, 5))]
    grids = read_grids((text_of(register()) + "\r\n" * blank + text_of(other)).encode())
    both = [row for grid in grids for row in cells(grid) if any(row)]
    assert [[cell for cell in row if cell] for row in both] == [
        [cell for cell in row if cell] for row in [*register(), *other]
    ]
    assert len(grids) == (1 if second == 9 and not blank else 2)
    assert sum(grid.height for grid in grids) == 13 + blank + 5
    assert not kinds(grids) & {"ragged_row"}


def test_f05_titles_and_notes_stand_at_the_left() -> None:
    text = "某县脱贫户名册\r\n单位：元\r\n" + text_of(register()) + "注：数据截至年底\r\n"
    grid = one(text)
    assert cells(grid)[0] == ["某县脱贫户名册"] + [""] * 8
    assert cells(grid)[-1] == ["注：数据截至年底"] + [""] * 8
    assert cells(grid)[2:-1] == register()
    assert not kinds([grid])


def test_f16_a_file_cut_in_its_last_row_is_doubted() -> None:
    text = text_of(register()).removesuffix("\r\n")
    for cut in range(5, 60):
        grid = one(text[:-cut])
        assert ("truncated", 13) in {(doubt.kind, doubt.row) for doubt in grid.doubts} or cells(grid)[-1][
            :-2
        ] == register()[-1][:-2]
        assert cells(grid)[:12] == register()[:12]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab1,;\"'\n\t 张\\"), min_size=1, max_size=120))
def test_any_text_is_read_or_refused_and_no_line_is_lost(text: str) -> None:
    try:
        grids = read_grids(text.encode())
    except FileRefusedError:
        return
    rows = [row for grid in grids for row in grid.rows]
    assert rows == sorted(set(rows))
    plain = text.replace("\r\n", "\n").removesuffix("\n")
    joined = sum((cell or "").count("\n") for grid in grids for column in grid.columns for cell in column.text)
    assert len(rows) + joined == plain.count("\n") + 1


NOTES = [["编号", "走访人", "走访记录", "日期"]] + [
    [
        f"ZF{number:04d}",
        "张三",
        "已到位\n家中3人，很好,两头牛\n第三行" if number % 3 else "已到位",
        f"2023-01-{number:02d}",
    ]
    for number in range(1, 25)
]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", ", "])
def test_cells_over_several_lines_of_a_clean_file_are_exact_and_undoubted(delimiter: str) -> None:
    lines = [
        delimiter.join(f'"{cell}"' if "\n" in cell or delimiter in cell else cell for cell in row) for row in NOTES
    ]
    grid = one("\n".join(lines) + "\n")
    assert cells(grid) == NOTES
    assert not grid.doubts


def test_a_cell_that_holds_a_whole_table_of_another_nature_is_one_cell() -> None:
    table = [list(row) for row in NOTES]
    table[5][2] = "甲,乙,丙,丁\n戊,己,庚,辛\n壬,癸,子,丑"
    grid = one("\n".join(",".join(f'"{cell}"' for cell in row) for row in table) + "\n")
    assert cells(grid) == table
    assert not grid.doubts


def test_two_stray_marks_rows_apart_swallow_no_row() -> None:
    rows = [["编号", "名称", "日期"], *([f"A{number}", "石碑村", f"2023-01-{number:02d}"] for number in range(10, 28))]
    lines = [",".join(row) for row in rows]
    lines[5], lines[8] = lines[5].replace("石", '"石'), lines[8].replace("村", '村"')
    grid = one("\n".join(lines) + "\n")
    assert len(cells(grid)) == len(rows)
    assert {6, 9} <= {doubt.row for doubt in grid.doubts}


def test_a_damaged_record_over_several_lines_stays_one_row() -> None:
    lines = [",".join(f'"{cell}"' if "\n" in cell else cell for cell in row) for row in NOTES]
    lines[4] = lines[4].replace(',"', '"', 1)
    grid = one("\n".join(lines) + "\n")
    assert [row[0] for row in cells(grid)] == [row[0] for row in NOTES]
    assert {doubt.kind for doubt in grid.doubts} <= {"ragged_row", "stray_quote"}
    assert grid.doubts


def test_a_second_header_line_of_words_is_left_as_it_stands() -> None:
    header = ["单号", "付款单位", "摘要", "金额", "日期"]
    names = ["单号", "单位", "单位", "金额", "日期"]
    rows = [[f"ZF{n:06d}", "县财政局", "县水务局", f"{n * 37}.50", f"2024-01-{n:02d}"] for n in range(1, 25)]
    grid = one("\n".join(",".join(row) for row in [header, names, *rows, header, *rows]) + "\n")
    assert cells(grid) == [header, names, *rows, header, *rows]
    assert not grid.doubts


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_missing_cells_of_a_clean_table_raise_no_doubt(share: float) -> None:
    random = Random(f"missing/{share}")
    rows = [
        [
            f"ZF{n:04d}",
            random.choice(("县财政局", "县水务局")),
            f"{random.uniform(1, 9e4):.2f}",
            f"2024-01-{n % 28 + 1:02d}",
        ]
        for n in range(60)
    ]
    rows = [[cell if random.random() > share else "" for cell in row] for row in rows]
    assert not one("\n".join(",".join(row) for row in [["单号", "单位", "金额", "日期"], *rows]) + "\n").doubts


@pytest.mark.parametrize("how", ["gbk", "latin-1", "cp1252"])
def test_utf8_that_was_decoded_wrongly_before_is_doubted_in_its_cell(how: str) -> None:
    wrong = "县农业农村局".encode().decode(how, "replace").replace("\ufffd", "?").replace("\x85", "")
    rows = [[f"A{n}", "县财政局", f"{n}.5"] for n in range(10, 30)]
    rows[7][1] = wrong
    grid = one("\n".join(",".join(row) for row in [["编号", "单位", "数"], *rows]) + "\n")
    assert ("mojibake", 9, 2) in {(doubt.kind, doubt.row, doubt.column) for doubt in grid.doubts}


def test_genuine_words_are_not_garbled() -> None:
    words = [
        "联通",
        "洱源县",
        "中国移动",
        "鑫淼",
        "圳埔",
        "Café",
        "Bjørn Ångström",
        "§ 5 – “neu”",
        "何去何从？",
        "1?",
        None,
    ]
    assert not garbled(pl.Series(words, dtype=pl.String)).any()


def test_a_row_split_by_another_delimiter_at_the_end_is_no_note() -> None:
    rows = [[f"A{n}", "石碑村", f"{n}.5", f"2023-01-{n:02d}"] for n in range(10, 28)]
    lines = [";".join(row) for row in [["编号", "名称", "数值", "日期"], *rows]]
    lines[-1] = "A27,石碑村,东,27.5,2023-01-27"
    assert len(lines) in {doubt.row for doubt in one("\n".join(lines) + "\n").doubts}


def people(count: int = 12) -> Rows:
    """A list with a code, a name, a town, a number of five digits and a count."""
    return [
        ["id", "name", "town", "zip", "n"],
        *([str(n), f"N{n}", f"T{n}", str(10000 + n), str(3 * n)] for n in range(count)),
    ]


def staff(count: int = 24) -> Rows:
    """A list of words only, three of its columns with few values."""
    return [
        ["Surname", "Given name", "Street", "Town", "Country", "Job", "Mail"],
        *(
            [f"{'ABCDEFG'[n % 7]}ahr", ("Ida", "Jon", "Kim", "Lea", "Max")[n % 5],
             f"{('Elm', 'Oak', 'Ash')[n % 3]} Street", ("Bath", "Kiel", "Lyon", "Graz")[n % 4],
             ("UK", "DE", "FR", "AT")[n % 4], ("baker", "clerk", "nurse, senior", "smith")[n % 4],
             f"{'abcdefg'[n % 7]}.{n % 5}@ex.org"]
            for n in range(count)
        ),
    ]  # fmt: skip


def read_line(text: str, line: int) -> tuple[list[str], set[str]]:
    """The cells of one line of a one-table text (from 1) and the kinds of its doubts."""
    grid = one(text)
    return cells(grid)[grid.rows.to_list().index(line)], {doubt.kind for doubt in grid.doubts if doubt.row == line}


def with_line(rows: Rows, line: int, text: str) -> str:
    """The rows as text, one line (from 1) replaced."""
    lines = text_of(rows, end="\n").split("\n")
    return "\n".join([*lines[: line - 1], text, *lines[line:]])


def test_f11_a_cell_missing_and_a_blank_at_the_end_is_a_slip() -> None:
    row, found = read_line(with_line(people(), 8, "6,N6,10006,18,"), 8)
    assert row[0] == "6"
    assert row[3] != "18"
    assert row[2] != "10006"
    assert "ragged_row" in found


def test_f11_a_slip_in_a_table_of_words_shows_in_its_few_values() -> None:
    lines = with_line(staff(), 5, "Dahr,Lea,,Elm Street,Graz,AT,smith")
    row, found = read_line(lines, 5)
    assert all(
        cell in ("", right)
        for cell, right in zip(row, ["Dahr", "Lea", "Elm Street", "Graz", "AT", "smith", ""], strict=True)
    )
    assert "ragged_row" in found


def test_f10_two_stray_marks_in_neighbouring_lines_join_nothing() -> None:
    rows = people()
    lines = with_line(rows, 6, '4,"N4,T4,10004,12').split("\n")
    lines[6] = '5,N5",T5,10005,15'
    grid = one("\n".join(lines))
    assert grid.rows.to_list() == list(range(1, 14))
    assert {doubt.row for doubt in grid.doubts if doubt.kind == "stray_quote"} == {6, 7}
    genuine = with_line(rows, 6, '4,"N4, the\nfirst, T4",T4,10004,12')
    assert cells(one(genuine))[5] == ["4", "N4, the\nfirst, T4", "T4", "10004", "12"]


def test_f11_a_comma_in_a_name_beside_a_missing_cell_is_doubted() -> None:
    row, found = read_line(with_line(people(), 12, "10,Lee, Ann,10010,30"), 12)
    assert row == ["10", "", "", "10010", "30"]
    assert "ragged_row" in found


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_f08_blanks_divide_quoted_cells(quoting: Literal[0, 1]) -> None:
    target = io.StringIO()
    csv.writer(target, delimiter=" ", quoting=quoting, lineterminator="\n").writerows(staff())
    assert cells(one(target.getvalue())) == staff()


def test_f08_fixed_width_with_blank_cells() -> None:
    rows = [["day", "town", "count", "value"]]
    rows += [
        [f"2024-01-{n}", ("Lyon", "San Remo", "Ulm")[n % 3], str(n) if n % 4 else "", f"{n}.50"] for n in range(10, 25)
    ]
    text = "".join(f"{a:<12}{b:<10}{c:>6}{d:>10}\n" for a, b, c, d in rows)
    assert cells(one(text)) == rows
    gapped = "甲  乙 丙\n" + "".join(f"{'x' * n}  {'y' * (9 - n)}  z z\n" for n in range(1, 8))
    assert "delimiter_guess" in kinds([one(gapped)]) or one(gapped).width > 1


def test_f11_no_other_mark_makes_up_the_count() -> None:
    rows = [["loan", "time", "branch", "title", "fee"]]
    rows += [[f"L{n}", f"{8 + n % 9:02d}:{10 + n}", "Old Mill", ("Emma", "Dune")[n % 2], f"{n}.25"] for n in range(20)]
    row, found = read_line(with_line(rows, 4, "L2,10:12,Old MillEmma,2.25"), 4)
    assert row[0] == "L2"
    assert row[1] in ("", "10:12")
    assert row[4] in ("", "2.25")
    assert "mixed_delimiter" not in found
    assert "ragged_row" in found


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_f08_a_comma_with_a_blank_in_a_text_is_no_delimiter(delimiter: str) -> None:
    rows = [["id", "text"], *([str(n), "one, two, three"] for n in range(9))]
    grid = one("".join(delimiter.join(row) + "\n" for row in rows))
    assert grid.delimiter == delimiter
    assert cells(grid) == rows


def test_f10_blanks_after_a_closing_mark_mean_nothing() -> None:
    rows = [["id", "name", "n"], *([str(n), f"N, {n}", str(3 * n)] for n in range(9))]
    grid = one("".join(" ,".join(f'"{cell}"' for cell in row) + "\n" for row in rows))
    assert cells(grid) == rows
    assert not any(doubt.row for doubt in grid.doubts)


def test_f09_what_is_certain_of_a_bad_row_stays() -> None:
    rows = people()
    short = [rows[0], *(row if n % 2 else row[:-1] for n, row in enumerate(rows[1:]))]
    grid = one("".join(",".join(row) + "\n" for row in short))
    assert [row[:4] for row in cells(grid)] == [row[:4] for row in rows]
    joined = [["id", "name", "n"], *([str(n), f"N{n}", str(n)] for n in range(1, 12))]
    row, found = read_line(with_line(joined, 6, "5,N5,56,N6,6"), 6)
    assert row == ["5", "N5", ""]
    assert "ragged_row" in found
    days = [["date", "open", "high"], *([f"2020-01-{n}", str(n), str(n + 2)] for n in range(10, 22))]
    row, found = read_line(with_line(days, 7, ",2020-01-15,15"), 7)
    assert row[0] == "2020-01-15"
    assert "ragged_row" in found
    whole = with_line(shop(), 4, '"' + text_of(shop()[3:4], end="").replace('"', '""') + '"')
    assert read_line(whole, 4)[0] == shop()[3]


def test_f12_names_that_ran_together_in_a_header() -> None:
    names = ["地区", "年份", "户数", "人口数", "男", "女"]
    rows = [
        [("东关镇", "西河乡")[n % 2], str(2010 + n), str(600 + n), str(1980 + 3 * n), str(1000 + n), str(980 + n)]
        for n in range(12)
    ]
    text = "地区,年份,户数人口数,男,女\n" + text_of(rows)
    row, found = read_line(text, 1)
    assert row == names
    assert {"ragged_row", "header_guess"} <= found
    row, found = read_line(text.replace("户数人口数", "户数").replace("地区,年份", "地区年份代码"), 1)
    assert all(cell in ("", name) for cell, name in zip(row, names, strict=True))


def test_f13_a_second_table_of_figures_begins_at_its_own_names() -> None:
    below = [[f"K{n}" for n in range(7)], *([f"v{n}", *(str(n * at) for at in range(1, 7))] for n in range(1, 7))]
    found = read_grids(text_of(staff() + below).encode())
    assert [len(grid.rows) for grid in found] == [25, 7]


def test_blanks_that_may_divide_cells_over_several_lines_are_doubted() -> None:
    rows = "".join(f'ZF{n:04d} 胡志 "已到位\n家中{n}人" 2023-09-{n + 10} 65{n}.94\n' for n in range(9))
    (grid,) = read_grids(f"编号 走访人 走访记录 日期 金额\n{rows}".encode())
    assert grid.width == 5 or "delimiter_guess" in kinds([grid])


def cells_of_line(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line, character by character; None when a quotation mark is not where it belongs."""
    found, at = [], 0
    while True:
        cell = ""
        if line[at : at + 1] == '"':
            at += 1
            while line[at : at + 1] != '"' or line[at : at + 2] == '""':
                if at >= len(line):
                    return None
                cell += line[at]
                at += 2 if line[at] == '"' else 1
            at += 1
            if at < len(line) and line[at] != delimiter:
                return None
        else:
            end = line.find(delimiter, at)
            cell = line[at:] if end < 0 else line[at:end]
            at += len(cell)
            if '"' in cell:
                return None
        found.append(cell)
        if at >= len(line):
            return found
        at += 1


PLAIN = st.text(alphabet=st.sampled_from('aZ09 张李王户县-./"，；\t'), max_size=7)
SPOILT = {
    "nothing": lambda line, delimiter: line,
    "a delimiter more": lambda line, delimiter: line + delimiter,
    "a delimiter less": lambda line, delimiter: line.replace(delimiter, "", 1),
    "a mark astray": lambda line, delimiter: line[:2] + '"' + line[2:],
    "two marks astray": lambda line, delimiter: line[:1] + '""' + line[1:],
    "a mark at the end": lambda line, delimiter: line + '"',
    "a blank line": lambda line, delimiter: "",
}


@settings(max_examples=150, deadline=None)
@given(
    data=st.data(),
    width=st.integers(3, 5),
    height=st.integers(3, 9),
    delimiter=st.sampled_from(",\t|，"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    tail=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    spoilt=st.sampled_from(sorted(SPOILT)),
    block=st.sampled_from([8, 64, 1 << 18]),
    few=st.sampled_from([0, 1000]),
)
def test_a_table_is_its_lines_cell_by_cell(
    *,
    data: st.DataObject,
    width: int,
    height: int,
    delimiter: str,
    quoting: Literal[0, 1],
    end: str,
    tail: int,
    encoding: str,
    spoilt: str,
    block: int,
    few: int,
) -> None:
    """A clean file of any make comes back exactly; one bad line is a broken row and touches no other."""
    rows = [["户编号", "姓名", "备注", "乡镇", "行政村"][:width]]
    rows += [[str(1000 + n), *(data.draw(PLAIN) for _ in range(width - 1))] for n in range(height)]
    lines = text_of(rows, delimiter=delimiter, end="\0").split("\0")[:-1]
    if quoting == csv.QUOTE_ALL:
        lines = [delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    at = data.draw(st.integers(1, height))
    lines[at] = SPOILT[spoilt](lines[at], delimiter)
    text = end.join(lines) + end * tail
    lines = text.removesuffix(end).split(end)
    with pytest.MonkeyPatch.context() as patch:
        for module in (records, encodings):
            patch.setattr(module, "_BLOCK", block)
        patch.setattr(records, "FEW_LINES", few)
        patch.setattr(records, "FEW_CELLS", few)
        table = read_table(read_text(text.encode(encoding)), delimiter, 0, width)
    read = {n: cells_of_line(line, delimiter) for n, line in enumerate(lines[1:], 2) if line}
    good = {n: found for n, found in read.items() if found is not None and len(found) == width}
    assert table.rows.to_list() == list(good)
    columns = [[cell or None for cell in column] for column in zip(*good.values(), strict=True)]
    assert [table.columns[n].text.to_list() for n in range(width)] == columns
    assert [(each.row, each.text) for each in table.broken] == [(n, lines[n - 1]) for n in read if n not in good]
    assert table.non_data_rows == [1, *(n for n, line in enumerate(lines, 1) if not line)]
    assert table.row_in_count == len(lines)
