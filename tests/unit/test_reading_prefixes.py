"""Identities with a letter before them, cells written as ``="…"``, and sheets that are parts of one table."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts import Contract, Field, load_contracts
from pipelines.reading import sources
from pipelines.reading.fields import JudgedField, clean_column, judge_field
from pipelines.reading.reasons import CODES
from pipelines.reading.tables import Column
from pipelines.reading.text.as_text import plain_cells
from pipelines.reading.text.text_files import read_grids
from tests.unit.test_reading_identity import bodies, whole

HOLDER = load_contracts()["real_estate"].field("person_key")
OTHER = load_contracts()["vehicles"].field("person_key")
REFUSED = ("identity_length", "pattern_mismatch")
HEADERS = ["身份证号", "姓名", "单位", "人员类别", "职务", "变动类型", "财政供养起始时间"]


def judged(field: Field, text: str) -> JudgedField:
    column = clean_column(Column(pl.Series([text], dtype=pl.String)))
    return judge_field(field, column, unit=None, code_lists={}, latest=date(2021, 1, 1), allow_synthetic=True)


def reason(one: JudgedField) -> str | None:
    return None if one.problem[0] is None else CODES[one.problem[0]]


@settings(deadline=None)
@given(bodies, st.sampled_from(["{}", "G{}", "g{}", "Ｇ{}", '="{}"', '="G{}"', ' ="G{}" ']))
def test_a_holders_identity_is_the_same_number_however_it_is_written(body: str, spelling: str) -> None:
    one = judged(HOLDER, spelling.format(whole(body)))
    assert (one.value[0], reason(one)) == (whole(body), None)


@settings(deadline=None)
@given(bodies, st.sampled_from(["G{}", "X{}", "GG{}"]))
def test_a_letter_that_the_contract_does_not_name_is_damage(body: str, spelling: str) -> None:
    assert reason(judged(OTHER, spelling.format(whole(body)))) in REFUSED
    if spelling != "G{}":
        assert reason(judged(HOLDER, spelling.format(whole(body)))) in REFUSED


def test_a_prefix_hides_no_wrong_check_digit() -> None:
    number = whole("99010119800101001")
    wrong = number[:17] + ("0" if number[17] != "0" else "1")
    assert reason(judged(HOLDER, f'="G{wrong}"')) == "bad_check_digit"
    assert reason(judged(HOLDER, f"G{number[:17]}")) is not None


def test_only_an_identity_has_a_prefix() -> None:
    with pytest.raises(ValueError, match="only an identity has a prefix"):
        Field(name="any", header="列", type="text", prefix="G")


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ('="001",b,="003"\n="004",,', "001,b,003\n004,,"),
        ('a="1",="2"x,=3', 'a="1",="2"x,=3'),
        ('="a,b",c', '="a,b",c'),
        ('"=""001""",b', '"=""001""",b'),
        ('="",x', ",x"),
    ],
)
def test_only_whole_cells_are_unwrapped(line: str, plain: str) -> None:
    assert plain_cells(line) == plain


@pytest.mark.parametrize("spelling", ['="{}"', '"=""{}"""', "{}"])
def test_a_file_of_such_cells_is_read_like_a_plain_one(spelling: str) -> None:
    rows = [(f"5303230010{n:02}GB0001", f"户{n}", str(90 + n)) for n in range(20)]
    lines = ["不动产单元号,权利人,面积"] + [f"{spelling.format(a)},{b},{spelling.format(c)}" for a, b, c in rows]
    (grid,) = read_grids(("\r\n".join(lines) + "\r\n").encode("gb18030"))
    columns = [clean_column(grid.columns[at]).text.to_list() for at in range(3)]
    assert [list(cells) for cells in zip(*columns, strict=True)][-20:] == [list(row) for row in rows]
    assert not any(doubt.kind in ("ragged_row", "stray_quote") for doubt in grid.doubts)


def payroll(sheets: dict[str, list[list[str]]]) -> bytes:
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for at, row in enumerate([HEADERS, *rows]):
                sheet.write_row(at, 0, row)
    return raw.getvalue()


def rows_of(first: int, count: int, change: str) -> list[list[str]]:
    numbers = [whole(f"9901011980010{n:04}") for n in range(first, first + count)]
    return [[number, "模拟甲", "第一单位", "公务员", "科员", change, "2010-01-01"] for number in numbers]


def read(raw: bytes, contracts: dict[str, Contract]) -> list[sources.Candidate]:
    return sources.candidates(sources.open_source(raw), contracts)


def test_the_parts_that_a_contract_names_are_one_table() -> None:
    contract = load_contracts()["public_payroll"]
    raw = payroll({"在册": rows_of(0, 9, "在册"), "新增": rows_of(10, 2, "新增"), "退出": rows_of(20, 3, "退出")})
    (candidate,) = read(raw, {"public_payroll": contract})
    assert [name for name, _ in candidate.followers] == ["新增", "退出"]
    without = contract.model_copy(update={"parts": ()})
    assert len(read(raw, {"public_payroll": without})) == 3
    (months,) = [payroll({"在册": rows_of(0, 9, "在册"), "六月": rows_of(10, 2, "新增")})]
    assert len(read(months, {"public_payroll": contract})) == 2
