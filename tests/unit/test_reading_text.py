"""Delimited text told nothing: encodings, dialects, line ends, several tables in one file."""

from __future__ import annotations

import csv
import io
from random import Random
from typing import Literal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.tables import FileRefusedError
from pipelines.reading.text.garbling import garbled
from pipelines.reading.text.text_files import read_grids
from tests.unit.texts import NOTES, TABLES, cells, kinds, one, register, shop, staff, text_of


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


def test_f13_a_second_table_of_figures_begins_at_its_own_names() -> None:
    below = [[f"K{n}" for n in range(7)], *([f"v{n}", *(str(n * at) for at in range(1, 7))] for n in range(1, 7))]
    found = read_grids(text_of(staff() + below).encode())
    assert [len(grid.rows) for grid in found] == [25, 7]


def test_blanks_that_may_divide_cells_over_several_lines_are_doubted() -> None:
    rows = "".join(f'ZF{n:04d} 胡志 "已到位\n家中{n}人" 2023-09-{n + 10} 65{n}.94\n' for n in range(9))
    (grid,) = read_grids(f"编号 走访人 走访记录 日期 金额\n{rows}".encode())
    assert grid.width == 5 or "delimiter_guess" in kinds([grid])
