"""Rows of a text that were damaged: each is put right or left blank with a doubt, and no other row is touched."""

from __future__ import annotations

import pytest

from tests.unit.texts import (
    NOTES,
    TABLES,
    Rows,
    cells,
    one,
    people,
    read_line,
    register,
    shop,
    staff,
    text_of,
    with_line,
)


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


def test_f16_a_file_cut_in_its_last_row_is_doubted() -> None:
    text = text_of(register()).removesuffix("\r\n")
    for cut in range(5, 60):
        grid = one(text[:-cut])
        assert ("truncated", 13) in {(doubt.kind, doubt.row) for doubt in grid.doubts} or cells(grid)[-1][
            :-2
        ] == register()[-1][:-2]
        assert cells(grid)[:12] == register()[:12]


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


def test_a_row_split_by_another_delimiter_at_the_end_is_no_note() -> None:
    rows = [[f"A{n}", "石碑村", f"{n}.5", f"2023-01-{n:02d}"] for n in range(10, 28)]
    lines = [";".join(row) for row in [["编号", "名称", "数值", "日期"], *rows]]
    lines[-1] = "A27,石碑村,东,27.5,2023-01-27"
    assert len(lines) in {doubt.row for doubt in one("\n".join(lines) + "\n").doubts}


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


def test_f11_no_other_mark_makes_up_the_count() -> None:
    rows = [["loan", "time", "branch", "title", "fee"]]
    rows += [[f"L{n}", f"{8 + n % 9:02d}:{10 + n}", "Old Mill", ("Emma", "Dune")[n % 2], f"{n}.25"] for n in range(20)]
    row, found = read_line(with_line(rows, 4, "L2,10:12,Old MillEmma,2.25"), 4)
    assert row[0] == "L2"
    assert row[1] in ("", "10:12")
    assert row[4] in ("", "2.25")
    assert "mixed_delimiter" not in found
    assert "ragged_row" in found


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
