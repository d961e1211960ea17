"""Haikou: what its four districts hold adds up to what the city's summary prints, in full and at a twentieth."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

import polars as pl
import pytest

from pipelines.simulate.calibration import calibration
from pipelines.simulate.county import County, build_county
from pipelines.simulate.deliveries import deliveries
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.places import at, in_own_words, units_of
from pipelines.simulate.run import frame_of

TWENTIETH = 0.05


@cache
def counties() -> tuple[County, ...]:
    built = []
    for name in units_of("haikou"):
        with at(name):
            built.append(build_county(TWENTIETH, 7))
    return tuple(built)


@cache
def frame(feed: str) -> pl.DataFrame:
    """The file of December 2020 with the rows of all districts."""
    parts = []
    for county in counties():
        with at(county.unit):
            parts.append(in_own_words(FRAMES[feed](county, Slot(2020, 12, False))))
    return pl.concat(parts)


def scaled(printed: int) -> int:
    return int((Decimal(printed) * Decimal(str(TWENTIETH))).to_integral_value(ROUND_HALF_EVEN))


def given(*path: str | int) -> list[int]:
    """A calibrated number of each district."""
    found = []
    for name in units_of("haikou"):
        with at(name):
            value = calibration()
            for key in path:
                value = value[key]
            found.append(value)
    return found


PRINTED = {
    ("small_loans", "households", "value"): 1939,
    ("participation", "linked_2020", "龙头企业", "households"): 4295,
    ("guarantees", "registered", "persons"): 1735,
    ("homes", "renovated", "priority"): 1976,
    ("care", "major_illness_persons", "value"): 814,
    ("care", "chronic_together", "households"): 1101,
    ("collective_projects", "joined", "persons"): 52859,
    ("product_sales", "sales_cny", "value"): 82_232_400,
    ("help", "residents_a_year"): 824,
    ("operators", "产业扶贫合作社", "count"): 63,
    ("villages", "listed_count"): 22,
    ("public_posts", "kinds", "保洁员"): 333,
    ("public_posts", "kinds", "护林员"): 80,
}


@pytest.mark.parametrize(("path", "printed"), PRINTED.items())
def test_the_districts_add_up_to_what_is_printed(path: tuple[str, ...], printed: int) -> None:
    assert sum(given(*path)) == printed
    assert min(given(*path)) >= 0


def test_exits_of_all_years_and_districts_are_the_printed_register() -> None:
    assert sum(sum(years.values()) for years in given("exits", "households")) == 4342
    assert sum(sum(years.values()) for years in given("exits", "persons")) == 19300


def test_a_twentieth_of_the_city_has_a_twentieth_of_the_printed_numbers() -> None:
    register, loans, people = frame("household_register"), frame("small_loans"), frame("person_register")
    assert register.height == scaled(4342)
    assert people.height == scaled(19300)
    assert loans.height == scaled(4206)
    assert loans["所属贫困户"].n_unique() == scaled(1939)
    assert frame("major_illness")["身份证号"].n_unique() == scaled(814)
    assert frame("family_doctor").height == scaled(1163)
    assert frame("industry_participation")["户编号"].n_unique() == scaled(4342)


def test_monitored_households_are_the_printed_ones_at_any_size() -> None:
    monitored = (
        frame("monitoring_register")
        .group_by("监测对象类别", "风险是否已消除")
        .agg(pl.len(), pl.col("家庭人口数").cast(pl.Int64).sum().alias("persons"))
    )
    found = {(kind, over): (count, persons) for kind, over, count, persons in monitored.iter_rows()}
    assert found == {
        ("脱贫不稳定户", "否"): (5, 26),
        ("脱贫不稳定户", "是"): (3, 7),
        ("边缘易致贫户", "否"): (34, 121),
        ("边缘易致贫户", "是"): (25, 77),
    }


def test_a_loan_is_renewed_only_after_it_fell_due() -> None:
    days = (
        frame("small_loans")
        .sort("借款人身份证号", "贷款起始日")
        .with_columns(before=pl.col("贷款结束日").shift(1).over("借款人身份证号"))
    )
    assert days.filter(pl.col("before") >= pl.col("贷款起始日")).is_empty()


@pytest.mark.parametrize(
    ("feed", "header"),
    [("operators", "主体名称"), ("operators", "统一社会信用代码"), ("village_support", "干部编号")],
)
def test_numbers_of_two_districts_never_meet(feed: str, header: str) -> None:
    assert frame(feed)[header].is_duplicated().sum() == 0


def test_sales_of_a_channel_and_of_all_channels_are_the_printed_ones() -> None:
    cents = {"all": 0, "线上": 0, "集市": 0}
    for county in counties():
        with at(county.unit):
            for month in (1, 6, 12):
                sold = FRAMES["product_sales"](county, Slot(2020, month, False)).select(
                    "销售渠道", fen=pl.col("销售额（万元）").cast(pl.Decimal(18, 2)) * 100
                )
                for name in cents:
                    some = sold if name == "all" else sold.filter(pl.col("销售渠道") == name)
                    cents[name] += int(some["fen"].sum() or 0)
    assert cents == {"all": 411_162_000, "线上": 30_700_000, "集市": 44_340_000}


@pytest.mark.parametrize(
    ("feed", "header"), [("small_loans", "借据编号"), ("dangerous_housing", "危房id"), ("product_sales", "产品编号")]
)
def test_what_each_district_numbers_for_itself_carries_its_letter(feed: str, header: str) -> None:
    with at(units_of("haikou")[0]):
        task = next(one for one in deliveries(12, 7) if one.feed == feed and (one.year, one.month) == (2020, 12))
        numbers = frame_of(counties(), task)[header]
    assert set(numbers.str.head(1)) == {"A", "B", "C", "D"}
    by_district = numbers.str.head(1).value_counts()
    assert by_district["count"].min() > 0
    if feed != "product_sales":  # a product has several lines
        assert numbers.is_duplicated().sum() == 0
