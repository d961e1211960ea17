"""Incomes, villages and statistics of the synthetic county, without files: they add up, and they fit the registers."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.county import County, build_county
from pipelines.simulate.expected import expected_figures
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.householdframe import household_frame
from pipelines.simulate.incomes import (
    BUSINESS,
    COST,
    OF_OTHER_TRANSFERS,
    SOURCES,
    TRANSFER,
    income_frame,
    rounded_share,
    year_end,
    yuan_text,
)
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.villagestatistics import scaled, statistics_frame, village_frame

YEARS = (2016, 2017, 2018, 2019, 2020)
FEEDS = ("income_register", "village_register", "statistics")


@cache
def county(scale: float = 0.05, seed: int = 7) -> County:
    return build_county(scale, seed)


@cache
def incomes(year: int, scale: float = 0.05) -> pl.DataFrame:
    return income_frame(county(scale), year)


def cents(frame: pl.DataFrame, column: str) -> np.ndarray:
    """Yuan with two decimals as whole cents; the texts must have exactly two."""
    assert frame[column].str.contains(r"^-?\d+\.\d\d$").all(), column
    return np.asarray(frame[column].str.replace(".", "", literal=True).cast(pl.Int64).to_numpy())


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("year", YEARS)
def test_every_frame_has_the_headers_of_its_feed(feed: str, year: int) -> None:
    frame = FRAMES[feed](county(), Slot(year, 12, is_yearly=True))
    assert {header.name for header in headers_of(feed)} <= set(frame.columns)
    assert set(frame.dtypes) == {pl.String}
    assert frame.height > 0


@pytest.mark.parametrize("year", YEARS)
def test_parts_add_up_to_totals_to_the_cent(year: int) -> None:
    frame = incomes(year)
    for source, parts in SOURCES.items():
        assert (cents(frame, source) == sum(cents(frame, part) for part in parts)).all(), source
    other = sum(cents(frame, part) for part in OF_OTHER_TRANSFERS)
    assert (cents(frame, TRANSFER[-1]) == other).all()
    total = sum(cents(frame, source) for source in SOURCES)
    assert (cents(frame, "年收入（元）") == total).all()
    net = total - cents(frame, COST)
    assert (cents(frame, "纯收入（元）") == net).all()
    size = frame["年度家庭人口数"].cast(pl.Int64).to_numpy()
    assert (np.abs(cents(frame, "人均纯收入（元）") * size - net) * 2 <= size).all()


@pytest.mark.parametrize("year", YEARS)
def test_everybody_of_the_years_last_register_has_one_row_of_its_size(year: int) -> None:
    register = household_frame(county(), year_end(county(), year)).select("户编号", "年度家庭人口数")
    assert register.sort("户编号").equals(incomes(year).select("户编号", "年度家庭人口数").sort("户编号"))
    assert incomes(year)["收入核算起始年月"].unique().to_list() == [f"{year - 1}-10-01"]
    assert incomes(year)["收入核算截止年月"].unique().to_list() == [f"{year}-09-01"]


@pytest.mark.parametrize("year", [2017, 2019])
def test_transfers_and_posts_belong_to_those_who_have_the_right_by_the_register_of_persons(year: int) -> None:
    people = person_frame(county(), year_end(county(), year)).group_by("户编号").agg(
        dibao=(pl.col("是否享受低保") == "农村低保").any(),
        tekun=(pl.col("是否特困供养人员") == "农村特困").any(),
        post=pl.col("公益性岗位类型").is_not_null().any(),
        works=pl.col("务工时间（月）").is_not_null().any(),
    )  # fmt: skip
    joined = incomes(year).join(people, on="户编号", how="left", validate="1:1")
    pairs = (
        ("最低生活保障金", "dibao"),
        ("特困人员救助供养金", "tekun"),
        ("公益性岗位收入", "post"),
        ("其中：务工收入", "works"),
    )
    for column, right in pairs:
        assert ((cents(joined, column) > 0) == joined[right].to_numpy()).all(), column


@pytest.mark.parametrize("scale", [0.01, 0.05])
def test_some_have_nothing_and_some_lose_money_but_few(scale: float) -> None:
    for year in YEARS:
        per_head = cents(incomes(year, scale), "人均纯收入（元）")
        assert 1 <= (per_head < 0).sum() <= 0.01 * len(per_head) + 1
        assert 1 <= (per_head == 0).sum() <= 0.01 * len(per_head) + 1


def test_incomes_grow_plausibly_and_modes_shift_the_sources() -> None:
    means = []
    for year in YEARS:
        size = incomes(year)["年度家庭人口数"].cast(pl.Int64).sum()
        means.append(cents(incomes(year), "纯收入（元）").sum() / 100 / size)
    growth = np.diff(means) / np.array(means[:-1])
    assert 3500 < means[0] < means[-1] < 13_000
    assert (growth > 0.05).all()
    assert (growth < 0.4).all()
    register = household_frame(county(), year_end(county(), 2019)).select("户编号", "主要增收方式")
    joined = incomes(2019).join(register, on="户编号")
    share = {
        mode: {source: cents(rows, source).sum() for source in SOURCES}
        for (mode,), rows in joined.group_by("主要增收方式")
    }
    of = {mode: {source: part / sum(parts.values()) for source, part in parts.items()} for mode, parts in share.items()}
    assert max(of, key=lambda mode: of[mode]["工资性收入"]) == "转移就业"
    assert max(of, key=lambda mode: of[mode]["生产经营性收入"]) == "传统产业"
    assert max(of, key=lambda mode: of[mode]["财产性收入"]) == "产业扶持模式"
    assert max(of, key=lambda mode: of[mode]["转移性收入"]) == "兜底保障"


def test_a_loss_comes_from_the_costs_of_a_business() -> None:
    frame = incomes(2019)
    losing = cents(frame, "人均纯收入（元）") < 0
    earned = np.sum([cents(frame, part) for part in BUSINESS], axis=0)
    assert (cents(frame, COST)[losing] > earned[losing]).all()


@pytest.mark.parametrize("year", YEARS)
def test_villages_count_what_the_registers_of_the_year_hold(year: int) -> None:
    villages = village_frame(county(), year)
    snapshot = year_end(county(), year)
    homes, people = household_frame(county(), snapshot), person_frame(county(), snapshot)
    number = {
        name: villages[name].cast(pl.Int64) for name in ("脱贫户数", "剩余贫困户数", "剩余贫困人口数", "危房户数")
    }
    poor = homes.filter(pl.col("脱贫属性") == "未脱贫")
    assert villages.height == 110
    assert (number["脱贫户数"] + number["剩余贫困户数"]).sum() == homes.height
    assert number["剩余贫困户数"].sum() == poor.height
    assert number["剩余贫困人口数"].sum() == people.filter(pl.col("户编号").is_in(poor["户编号"].implode())).height
    assert number["危房户数"].sum() == homes.filter(pl.col("是否危房户") == "是").height
    by_village = dict(homes.group_by("area_code").len().iter_rows())
    counted = (number["脱贫户数"] + number["剩余贫困户数"]).to_list()
    assert counted == [by_village.get(code, 0) for code in villages["行政区划代码"]]
    assert (villages["总户数"].cast(pl.Int64) >= number["脱贫户数"] + number["剩余贫困户数"]).all()
    listed = villages.filter(pl.col("是否出列") == "是").height
    assert listed == sum(count for left, count in {2016: 20, 2017: 43, 2018: 33, 2019: 2}.items() if left <= year)


def test_at_full_size_the_published_statistics_are_the_reports() -> None:
    rows = {(r["区域"], r["指标名称"]): r["数值"] for r in statistics_frame(1.0, 2019).iter_rows(named=True)}
    assert rows == {
        ("师宗县", "农村居民人均可支配收入"): "13048",
        ("师宗县", "农村居民人均可支配收入增速"): "10.1",
        ("曲靖市", "农村居民人均可支配收入增速"): "9.2",
        ("云南省", "农村居民人均可支配收入增速"): "9.2",
        ("师宗县", "地区生产总值"): "151.80",
        ("师宗县", "地区生产总值增速"): "10.2",
        ("师宗县", "总人口"): "43.89",
        ("师宗县", "少数民族人口"): "83750",
        ("师宗县", "少数民族人口占比"): "19.1",
    }


def test_people_of_a_smaller_county_are_whole() -> None:
    assert scaled("43.89", "万人", "total", 0.05) == "2.1945"
    assert scaled("83750", "人", "total", 0.05) == "4188"
    assert scaled("83750", "人", "total", 0.02) == "1675"


def test_cents_and_shares_are_whole_numbers_all_the_way() -> None:
    assert yuan_text(np.array([-1, 0, 5, 100, -123_456])).to_list() == ["-0.01", "0.00", "0.05", "1.00", "-1234.56"]
    assert rounded_share(np.array([5, -5, 7, 10**15 + 1]), np.array([2, 2, 3, 2])).tolist() == [
        3,
        -3,
        2,
        500000000000001,
    ]


def test_the_same_arguments_give_the_same_cells_and_another_seed_others() -> None:
    again = income_frame(build_county(0.01, 5), 2019)
    assert again.equals(income_frame(build_county(0.01, 5), 2019))
    assert not again["纯收入（元）"].equals(income_frame(build_county(0.01, 6), 2019)["纯收入（元）"])


def test_the_manifest_holds_what_the_warehouse_must_find() -> None:
    figures = expected_figures(county(), 2)["incomes"]
    of_2019 = figures["by_year"]["2019"]
    frame = incomes(2019)
    assert of_2019["households"] == frame.height
    assert float(of_2019["net_income_cny"]) * 100 == pytest.approx(cents(frame, "纯收入（元）").sum())
    assert sum(map(float, of_2019["by_source_cny"].values())) == pytest.approx(float(of_2019["net_income_cny"]))
    assert sum(of_2019["households_by_support_mode"].values()) == frame.height
    assert figures["statistics"]["2019"]["师宗县 农村居民人均可支配收入 元"] == "13048"
