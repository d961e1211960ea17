"""Exit checks, assessments, targets and reported indicators: in step with the register, exact where the report is."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from pipelines.simulate.calibration import calibration
from pipelines.simulate.county import County, build_county
from pipelines.simulate.exitchecks import exiting_households
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.planning import register_targets
from pipelines.simulate.presentation import headers_of

FEEDS = ("exit_checks", "third_party_assessment", "plan_targets", "sector_indicators")


@cache
def county() -> County:
    return build_county(0.05, 7)


def frame(feed: str, year: int = 2018) -> pl.DataFrame:
    return FRAMES[feed](county(), Slot(year, 12, is_yearly=True))


@pytest.mark.parametrize("feed", FEEDS)
def test_every_frame_has_its_headers_and_is_the_same_twice(feed: str) -> None:
    assert [header.name for header in headers_of(feed)] == frame(feed).columns
    assert frame(feed).equals(FRAMES[feed](build_county(0.05, 7), Slot(2018, 12, is_yearly=True)))


@pytest.mark.parametrize("year", [2016, 2018, 2019, 2020])
def test_every_household_that_exits_is_checked_on_every_item(year: int) -> None:
    rows = frame("exit_checks", year).filter(pl.col("对象级别") == "户")
    assert rows["户编号"].n_unique() == len(exiting_households(county(), year)[0])
    items = rows.group_by("户编号").agg(pl.col("指标项").n_unique())["指标项"].unique().to_list()
    assert items == [7 if year >= 2019 else 6]
    last = rows.sort("核验日期").unique(["户编号", "指标项"], keep="last")
    assert (last["是否达标"] == "是").all()
    assert (rows["公示结束日期"].drop_nulls() <= f"{year}-12-31").all()


def test_an_item_that_failed_was_checked_again_later() -> None:
    rows = frame("exit_checks").filter(pl.col("对象级别") == "户")
    failed = rows.filter(pl.col("是否达标") == "否")
    assert failed.height > 0
    again = failed.join(rows.filter(pl.col("是否达标") == "是"), on=["户编号", "指标项"], suffix="_后")
    assert again.height == failed.height
    assert (again["核验日期"] < again["核验日期_后"]).all()


def test_the_printed_dates_of_the_countys_exit_stand_in_the_file() -> None:
    rows = frame("third_party_assessment", 2019)
    special = rows.filter(pl.col("评估类别") == "专项评估")
    assert set(zip(special["开始日期"], special["结束日期"], strict=True)) == {("2019-02-17", "2019-02-23")}
    approved = rows.filter(pl.col("评估类别") == "批准退出")
    assert approved["开始日期"].to_list() == ["2019-04-30"]
    none = special.filter(pl.col("指标").is_in(["漏评率", "错退率"]))
    assert none["问题数"].to_list() == ["0", "0"]


def test_problems_never_exceed_their_sample() -> None:
    for year in (2018, 2019, 2020):
        rows = frame("third_party_assessment", year).drop_nulls("样本数")
        assert (rows["问题数"].cast(pl.Int64) <= rows["样本数"].cast(pl.Int64)).all()


def test_targets_of_the_register_are_the_reports_at_scale_1() -> None:
    sums = register_targets(1, 2020)
    assert (sums["exit_households"], sums["exit_persons"], sums["exit_villages"]) == (90, 263, 98)
    assert (sums["renovated_houses"], sums["transfers"]) == (22738, 74700)
    assert (sums["moved_households"], sums["moved_persons"]) == (1720, 7232)


def test_one_target_of_the_year_is_not_reported_on() -> None:
    asked = set(frame("plan_targets", 2020)["指标编码"])
    told = set(frame("sector_indicators", 2020)["指标编码"])
    own = {entry["code"] for entry in calibration()["plan"]["register_targets"]}
    assert asked - told - own == {"PENS-IN"}


def test_reported_numbers_are_those_of_the_report_whatever_the_scale() -> None:
    rows = frame("sector_indicators", 2020)
    values = dict(zip(rows["指标编码"], rows["指标值"], strict=True))
    assert (values["rural_road_km"], values["household_toilet_count"], values["school_investment_cny"]) == (
        "1053", "21846", "3.24",
    )  # fmt: skip
    assert rows["指标编码"].is_unique().all()
