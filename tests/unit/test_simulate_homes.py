"""Houses and the registers of other departments: the report's figures exactly; old workbooks over several sheets."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipelines.simulate.county import DEAD, County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.homes import expected_homes, renovated_at, subsidy_cents
from pipelines.simulate.oldbooks import write_old_workbook
from pipelines.simulate.presentation import headers_of, present
from pipelines.simulate.register import month_index
from pipelines.simulate.sheets import address, parts_of, placed, split
from pipelines.simulate.writing import Cell, Table, write_text, write_workbook

FEEDS = ("dangerous_housing", "real_estate", "vehicles", "deaths", "public_payroll")
SLOTS = {feed: Slot(2020, 10, is_yearly=False) for feed in FEEDS} | {
    "dangerous_housing": Slot(2020, 12, is_yearly=True)
}


@cache
def county() -> County:
    return build_county(0.05, 7)


def frame(feed: str, slot: Slot | None = None) -> pl.DataFrame:
    return FRAMES[feed](county(), slot or SLOTS[feed])


def money(values: pl.Series) -> Decimal:
    return sum(map(Decimal, values.drop_nulls()), Decimal(0))


def test_the_reports_figures_at_scale_1() -> None:
    assert renovated_at(1) == [12880, 6105, 3753]
    assert sum(renovated_at(1)) == 22738
    assert subsidy_cents(1) == 48_158_890_000


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 100))
def test_the_groups_add_up_at_every_scale(percent: int) -> None:
    assert sum(renovated_at(percent / 100)) == round(Decimal(22738) * percent / 100)


def test_everything_is_renovated_by_the_end_of_2020() -> None:
    ledger, expected = frame("dangerous_housing"), expected_homes(county())
    dangerous = ledger.filter(pl.col("危房等级").is_in(["C级", "D级"]))
    assert ledger.height == expected["graded_houses"] == 4628
    assert dangerous.height == expected["dangerous_houses"] == 1137
    assert (dangerous["工程进度"] == "竣工已验收").all()
    assert ledger.height - dangerous.height == ledger["工程进度"].null_count()
    assert money(ledger["补助金额"]) == Decimal(expected["subsidy_cny"])
    parts = ("中央资金", "省级资金", "市县配套资金")
    assert sum(money(ledger[name]) for name in parts) == Decimal(expected["subsidy_cny"])
    before = frame("dangerous_housing", Slot(2019, 12, is_yearly=True))
    assert (before["工程进度"] == "竣工已验收").sum() == expected["renovated_2019"] < 1137
    assert ledger["危房id"].is_unique().all()
    assert (ledger["鉴定时间"] <= ledger["开工时间"]).all()
    assert (ledger["开工时间"] <= ledger["验收时间"]).all()


@pytest.mark.parametrize("feed", FEEDS)
def test_every_frame_has_its_headers_and_is_the_same_twice(feed: str) -> None:
    assert {header.name for header in headers_of(feed)} <= set(frame(feed).columns)
    assert frame(feed).height > 0
    assert frame(feed).equals(FRAMES[feed](build_county(0.05, 7), SLOTS[feed]))


def test_deaths_are_those_of_the_police_file_some_twice() -> None:
    people = county().residents
    month = month_index(2020, 10)
    dead = np.flatnonzero((people.ending == DEAD) & (people.until == month))
    rows = frame("deaths")
    assert set(rows["逝者证件号"]) == set(county().identity[dead].tolist())
    assert not rows.select("逝者证件号", "数据来源").is_duplicated().any()
    twice = rows.filter(pl.col("逝者证件号").is_duplicated()).group_by("逝者证件号").agg(pl.col("死亡日期").n_unique())
    assert twice.height > 0
    assert (twice["死亡日期"] > 1).any()


def test_payroll_says_who_came_and_left() -> None:
    before, now = frame("public_payroll", Slot(2020, 7, is_yearly=False)), frame("public_payroll")
    here = set(now.filter(pl.col("变动类型") != "退出")["身份证号"])
    was = set(before.filter(pl.col("变动类型") != "退出")["身份证号"])
    assert set(now.filter(pl.col("变动类型") == "新增")["身份证号"]) == here - was
    assert set(now.filter(pl.col("变动类型") == "退出")["身份证号"]) == was - here


# --- sheets ---------------------------------------------------------------------------------------------------------


def small_table(rows: int) -> Table:
    text = pl.Series([f"第{n}" if n % 3 else None for n in range(rows)], dtype=pl.String)
    number = pl.Series([str(n * 1.25) for n in range(rows)])
    day = pl.Series([f"2020-01-{n % 28 + 1:02}" for n in range(rows)])
    footers = [{0: Cell("text", "合计"), 1: Cell("number", "7")}]
    return Table("住房", ["标题（模拟）"], ["甲", "乙", "丙"], [text, number, day], ["text", "number", "date"], footers)


def test_an_old_workbook_goes_on_in_further_sheets(tmp_path: Path) -> None:
    table = small_table(25)
    table.rows_per_sheet = 12  # two rows of title and header, so ten of data
    table.cells[11, 1] = Cell("text", "待定")
    table.cells[0, 2] = Cell("empty", "")
    write_old_workbook(tmp_path / "a.xls", table, created=dt.date(2020, 1, 2))
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xls"))
    assert book.sheet_names == ["住房", "住房1", "住房2", "说明"]
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:3]]
    assert [len(rows) for rows in sheets] == [12, 12, 8]
    assert all(rows[1] == ["甲", "乙", "丙"] for rows in sheets)
    assert sheets[0][2] == ["", 0.0, ""]
    assert sheets[0][3] == ["第1", 1.25, dt.date(2020, 1, 2)]
    assert sheets[1][3] == ["第11", "待定", dt.date(2020, 1, 12)]
    assert sheets[2][-1] == ["合计", 7.0, ""]
    assert [address(table, row) for row in (3, 12, 13, 27)] == [("住房", 3), ("住房", 12), ("住房1", 3), ("住房2", 7)]


def test_a_full_sheet_has_the_formats_last_row(tmp_path: Path) -> None:
    table = small_table(70_000)
    table.rows_per_sheet = 65_536
    write_old_workbook(tmp_path / "a.xls", table, created=dt.date(2020, 1, 2))
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xls"))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:2]]
    assert [len(rows) for rows in sheets] == [65_536, 2 + 70_000 - 65_534 + 1]


def test_named_parts_are_sheets_of_one_workbook(tmp_path: Path) -> None:
    table = small_table(9)
    table.parts = (("在册", 6), ("新增", 0), ("退出", 3))
    write_workbook(tmp_path / "a.xlsx", split(table), created=dt.date(2020, 1, 2))
    book = CalamineWorkbook.from_path(str(tmp_path / "a.xlsx"))
    assert book.sheet_names == ["在册", "新增", "退出", "说明"]
    assert [len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names[:3]] == [8, 2, 6]
    truth = placed(table, pl.DataFrame({"source_sheet": ["在册"] * 9, "source_row": range(3, 12)}))
    assert truth.rows()[-3:] == [("退出", 3), ("退出", 4), ("退出", 5)]
    assert [part.count for part in parts_of(table)] == [6, 0, 3]


def test_texts_are_kept_from_spreadsheets(tmp_path: Path) -> None:
    feed = "real_estate"
    shown = present(feed, frame(feed).head(200), np.random.default_rng(1), sheet="", titles=[], is_text=True)
    write_text(tmp_path / "a.csv", shown.table, encoding="gb18030")
    lines = (tmp_path / "a.csv").read_bytes().decode("gb18030").split("\r\n")
    cells = [line.split(",")[1] for line in lines[1:201]]
    assert all(cell.startswith('="') and cell.endswith('"') for cell in cells)
    lettered = [cell for cell in cells if cell.startswith('="G')]
    assert 5 < len(lettered) < 60
    assert {len(cell) for cell in cells} == {21, 22}
