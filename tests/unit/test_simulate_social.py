"""Social protection in the model: the report's figures exactly at every scale, lists that fit people and each other."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.simulate.calibration import half_even
from pipelines.simulate.county import DEAD, County, build_county
from pipelines.simulate.disability import subsidies_at
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.register import month_index
from pipelines.simulate.social import aid_counts, expected_social

FEEDS = ("dibao", "tekun", "special_care", "disabled", "subsidy_payment", "temporary_aid", "household_measures")
YEARLY = ("temporary_aid", "household_measures")
OCTOBER = Slot(2020, 10, is_yearly=False)


@cache
def county(scale: float = 0.05, seed: int = 7) -> County:
    return build_county(scale, seed)


def frame(feed: str, slot: Slot | None = None, *, scale: float = 0.05) -> pl.DataFrame:
    usual = Slot(2020, 12, is_yearly=True) if feed in YEARLY else OCTOBER
    return FRAMES[feed](county(scale), slot or usual)


def money(values: pl.Series) -> Decimal:
    return sum(map(Decimal, values.drop_nulls()), Decimal(0))


def overlap(scale: float) -> tuple[int, int]:
    """Households and persons of October's register who are on dibao or tekun, counted in the files."""
    snapshot = county(scale).register.snapshots[OCTOBER.index]
    dibao = frame("dibao", scale=scale).filter(pl.col("状态") == "在保")
    supported = set(dibao["成员身份证号"]) | set(frame("tekun", scale=scale)["身份证号"])
    register = person_frame(county(scale), snapshot).with_columns(pl.col("证件号码").str.slice(0, 18))
    both = register.filter(pl.col("证件号码").is_in(list(supported)))
    return both["户编号"].n_unique(), both.height


@pytest.mark.parametrize("scale", [0.01, 0.05, 0.13])
def test_the_reports_figures_come_out_at_every_scale(scale: float) -> None:
    assert overlap(scale) == (half_even(6258, scale), half_even(11619, scale))
    held = frame("disabled", scale=scale)
    flags = [(held[name] == "是").sum() for name in ("是否享受困难残疾人生活补贴", "是否享受重度残疾人护理补贴")]
    assert sum(flags) == half_even(7438, scale)
    paid = frame("subsidy_payment", scale=scale).filter(pl.col("补贴项目名称").str.contains("残疾人"))
    assert paid.height == sum(flags)
    assert abs(money(paid["补贴金额"]) - Decimal(533000) * Decimal(str(scale))) < 10
    expected = expected_social(county(scale))
    assert expected["supported_registered_persons"] == half_even(11619, scale)
    assert expected["disability_subsidies"] == sum(flags)


def test_at_full_size_the_rates_give_the_printed_month() -> None:
    assert subsidies_at(1) == (7438, 1234)
    assert 1234 * 80 + (7438 - 1234) * 70 == 533_000


@settings(deadline=None, max_examples=50)
@given(st.integers(1, 100))
def test_aid_adds_up_at_every_scale(percent: int) -> None:
    counts = aid_counts(percent / 100)
    assert sum(times for times, _ in counts.values()) == half_even(8176, percent / 100)
    assert sum(cents for _, cents in counts.values()) == half_even(561_670_000, percent / 100)


def test_aid_of_the_register_is_what_is_calibrated() -> None:
    for year, (times, cents) in aid_counts(0.05).items():
        slot = Slot(year, 12, is_yearly=True)
        rows = frame("temporary_aid", slot)
        listed = county().identity[county().register.snapshots[slot.index].person]
        registered = rows.filter(pl.col("身份证号").is_in(listed.tolist()))
        assert registered["临时救助(人次)"].cast(pl.Int64).sum() == times
        assert money(registered["临时救助金额（元）"]) == Decimal(cents) / 100
        assert rows["救助时间"].str.starts_with(str(year)).all()
        assert rows.height > registered.height


@pytest.mark.parametrize("feed", FEEDS)
def test_every_frame_has_its_headers_and_is_the_same_twice(feed: str) -> None:
    slot = Slot(2020, 12, is_yearly=True) if feed in YEARLY else OCTOBER
    assert {header.name for header in headers_of(feed)} <= set(frame(feed).columns)
    assert frame(feed).height > 0
    assert frame(feed).equals(FRAMES[feed](build_county(0.05, 7), slot))


def test_keys_are_unique_and_money_fits_the_members() -> None:
    dibao = frame("dibao")
    assert dibao["成员身份证号"].is_unique().all()
    active = dibao.filter(pl.col("状态") == "在保")
    sizes = active.group_by("身份证号").agg(
        pl.len(), pl.col("保障人数").cast(pl.Int64).first(), pl.col("月保障金").n_unique()
    )
    assert (sizes["len"] == sizes["保障人数"]).all()
    assert (sizes["月保障金"] == 1).all()
    assert dibao["停保日期"].null_count() == active.height < dibao.height
    payments = frame("subsidy_payment", Slot(2020, 7, is_yearly=False))
    assert not payments.select("身份证号", "补贴项目名称", "兑付时间", "结算批次").is_duplicated().any()
    assert payments.select("身份证号", "补贴项目名称").is_duplicated().any()
    assert frame("disabled").filter(pl.col("残疾证号").str.slice(0, 18) != pl.col("身份证号")).is_empty()


def test_the_register_mostly_says_what_the_lists_say() -> None:
    snapshot = county().register.snapshots[OCTOBER.index]
    register = person_frame(county(), snapshot).with_columns(pl.col("证件号码").str.slice(0, 18))
    on_list = frame("dibao").filter(pl.col("状态") == "在保")["成员身份证号"]
    differs = (register["是否享受低保"] == "农村低保") != register["证件号码"].is_in(on_list.to_list())
    assert 0 < differs.sum() < 0.01 * register.height


def test_some_of_the_dead_are_still_on_a_list() -> None:
    people = county(0.13).residents
    month = month_index(2020, 10)
    dead = np.flatnonzero((people.ending == DEAD) & (people.until < month))
    lists = [frame("tekun", scale=0.13)["身份证号"], frame("disabled", scale=0.13)["身份证号"]]
    lists.append(frame("dibao", scale=0.13).filter(pl.col("状态") == "在保")["成员身份证号"])
    on_lists = np.isin(county(0.13).identity[dead], pl.concat(lists).to_list())
    assert 0 < on_lists.sum() < 0.5 * len(dead)


def test_measures_reach_nearly_every_household_of_the_year() -> None:
    for year in (2018, 2019, 2020):
        slot = Slot(year, 12, is_yearly=True)
        measured = set(frame("household_measures", slot)["户编号"])
        households = FRAMES["household_register"](county(), slot)["户编号"]
        without = set(households) - measured
        assert 0 < len(without) < 0.03 * households.len()
        assert measured - set(households)
