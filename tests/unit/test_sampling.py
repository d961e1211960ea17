"""The stratified sample: the same from its seed, every stratum in it, and a car that stops once in a village."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sampling import STRATUM, draw, population, shares_of, workbook

TOWNS = ("530323001000", "530323002000")
VILLAGES = ("530323001001", "530323001002", "530323002001")


def areas() -> pl.DataFrame:
    rows = [(code, "township", code, f"镇{at}", False, date(2012, 1, 1), None) for at, code in enumerate(TOWNS)] + [
        (code, "village", code[:9] + "000", f"村{at}", at == 0, date(2012, 1, 1), 2018)
        for at, code in enumerate(VILLAGES)
    ]
    names = (
        "area_code",
        "area_level",
        "township_code",
        "area_name",
        "is_poverty_designated",
        "valid_from",
        "exit_year",
    )
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        county_code=pl.lit("530323000000"), prefecture_code=pl.lit("530300000000")
    )


def households(count: int = 120) -> pl.DataFrame:
    at = np.arange(count)
    return pl.DataFrame(
        {
            "household_key": [f"{n * 7919 % 10**6:032x}" for n in at],
            "area_code": [VILLAGES[n % 3] for n in at],
            "exit_year": 2016 + at % 2,
            "main_poverty_cause": [None if n % 40 == 0 else "因病" if n % 4 else "因学" for n in at],
            "is_exited": at % 10 != 9,
            "is_listed": at != 1,
            "last_period": np.where(at == 2, "2020-03", "2020-12"),
        }
    )


def people(area: str = "530323000000") -> pl.DataFrame:
    return population(households(), areas(), area)


def test_the_population_is_in_the_newest_register_listed_and_exited_in_the_place() -> None:
    assert people().height == 120 - 12 - 1 - 1
    assert set(people(VILLAGES[2])["village_name"]) == {"村2"}
    assert set(people(TOWNS[0])["township_name"]) == {"镇0"}
    kinds = people().group_by("village_name").agg(pl.col("village_kind").unique()).sort("village_name")
    assert kinds["village_kind"].to_list() == [["贫困村"], ["非贫困村"], ["非贫困村"]]


def test_a_seed_draws_the_same_households_whatever_the_order_of_rows() -> None:
    first = draw(people(), 30, 7)
    again = draw(people().sample(fraction=1, shuffle=True, seed=3), 30, 7)
    assert first.sample.equals(again.sample)
    assert first.sample.height == 30
    assert first.sample["household_key"].is_unique().all()
    assert not first.sample.equals(draw(people(), 30, 8).sample)


def test_every_stratum_is_drawn_from_and_its_count_is_told() -> None:
    drawing = draw(people(), 30, 7)
    assert (drawing.strata["drawn_count"] >= 1).all()
    found = drawing.sample.group_by(STRATUM).len().sort(STRATUM)
    assert found["len"].to_list() == drawing.strata["drawn_count"].to_list()
    assert drawing.strata["household_count"].sum() == people().height


def test_the_car_stops_once_in_a_village() -> None:
    drawing = draw(people(), 30, 7)
    assert drawing.route["stop"].to_list() == [1, 2, 3]
    assert drawing.route["area_code"].to_list() == sorted(VILLAGES)
    assert drawing.route["household_count"].sum() == 30
    assert drawing.sample["stop"].is_sorted()


@given(st.lists(st.integers(1, 500), min_size=1, max_size=40), st.integers(0, 800))
def test_shares_add_up_and_fit_their_strata(counts: list[int], size: int) -> None:
    strata = np.array(counts)
    drawn = shares_of(strata, size)
    assert drawn.sum() == min(size, strata.sum())
    assert (drawn <= strata).all()
    if size >= len(counts):
        assert (drawn >= 1).all()


def test_the_workbook_holds_keys_and_no_names() -> None:
    drawing = draw(people(), 12, 7)
    book = openpyxl.load_workbook(io.BytesIO(workbook(drawing, "模拟数据")))
    assert book.sheetnames == ["抽样名单", "行车路线", "分层"]
    page = book["抽样名单"]
    assert page["A1"].value == "抽样名单 · 种子 7 · 12 户 · 模拟数据"
    assert [cell.value for cell in page[3]] == [
        "停靠序号",
        "乡镇",
        "行政村",
        "户代码（假名）",
        "脱贫年度",
        "村类别",
        "主要致贫原因",
    ]
    assert page.max_row == 3 + 12


def test_a_size_beyond_the_population_takes_everybody() -> None:
    assert draw(people(), 5000, 1).sample.height == people().height


@pytest.mark.parametrize("size", [1, 3])
def test_fewer_than_the_strata_take_the_largest(size: int) -> None:
    drawing = draw(people(), size, 1)
    largest = drawing.strata.sort("household_count", descending=True)["household_count"][:size].sum()
    assert drawing.strata.filter(pl.col("drawn_count") > 0)["household_count"].sum() == largest
