"""People who help and what inspectors write: the report's figures exactly at every scale, and the same files twice."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.calibration import half_even
from pipelines.simulate.county import DEAD, County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.register import month_index

FEEDS = (
    *("pairing", "village_support", "visits", "phone_visits", "study_tests", "area_scores", "supervision"),
    *("rectification", "livelihood_inspection", "accountability"),
)
OCTOBER, JANUARY = Slot(2020, 10, is_yearly=False), Slot(2020, 1, is_yearly=False)
SLOTS = dict.fromkeys(FEEDS, OCTOBER) | {"accountability": Slot(2020, 12, is_yearly=True)}


@cache
def county() -> County:
    return build_county(0.05, 7)


def frame(feed: str, slot: Slot | None = None) -> pl.DataFrame:
    return FRAMES[feed](county(), slot or SLOTS[feed])


@pytest.mark.parametrize("feed", FEEDS)
def test_every_frame_has_its_headers_and_is_the_same_twice(feed: str) -> None:
    assert {header.name for header in headers_of(feed)} <= set(frame(feed).columns)
    assert frame(feed).height > 0
    assert frame(feed).equals(FRAMES[feed](build_county(0.05, 7), SLOTS[feed]))


def test_every_household_of_october_has_a_cadre_and_the_cadres_are_the_reports() -> None:
    now = frame("pairing").filter(pl.col("结束帮扶时间").is_null())
    register = county().register.snapshots[month_index(2020, 10)]
    assert now["干部编号"].n_unique() == half_even(6008, 0.05) == 300
    assert now["户编号"].n_unique() == now.height == len(register.household) == 879
    assert half_even(6008, 1.0) == 6008
    before = frame("pairing", JANUARY)
    assert before["户编号"].n_unique() <= before.height
    assert set(frame("study_tests")["干部编号"]) <= set(now["干部编号"])


def test_terms_units_and_teams_do_not_shrink_with_the_county() -> None:
    residents = frame("village_support").filter(pl.col("角色").is_in(["第一书记", "队长", "队员"]))
    assert (residents.height, residents["派出单位"].n_unique(), residents["工作队编号"].n_unique()) == (2012, 135, 110)
    key = ["行政区划代码", "角色", "干部编号", "开始日期"]
    assert not frame("village_support").select(key).is_duplicated().any()


def test_a_visit_is_made_by_somebody_who_is_paired() -> None:
    visits = frame("phone_visits", JANUARY)
    assert visits["走访编号"].is_unique().all()
    assert set(visits["干部编号"]) <= set(frame("pairing", JANUARY)["干部编号"])
    night = visits["走访时间"].str.slice(11, 2).cast(pl.Int64).is_between(6, 21).not_().sum()
    assert 0 < night < visits.height * 0.02


def test_every_problem_is_closed_by_october_and_all_items_are_there() -> None:
    now, before = frame("rectification"), frame("rectification", JANUARY)
    assert (now["状态"] == "已销号").all()
    assert now["销号日期"].null_count() == 0
    assert (now["问题类别"].n_unique(), now["问题子项"].n_unique()) == (5, 39)
    assert before["销号日期"].null_count() > 0
    assert set(before["问题编号"]) <= set(now["问题编号"])
    assert (now["发现日期"] < now["销号日期"]).all()


def test_an_earlier_supervision_stays_as_it_was_written() -> None:
    now, before = frame("supervision"), frame("supervision", JANUARY)
    both = before.join(now, on="督查编号", suffix="_now")
    assert both.height == before.height
    assert (both["发现问题数"] == both["发现问题数_now"]).all()


def test_money_after_death_went_to_the_dead_of_the_police_file() -> None:
    people = county().residents
    dead = set(county().identity[np.flatnonzero(people.ending == DEAD)].tolist())
    doubts = frame("livelihood_inspection").filter(pl.col("疑点类型") == "对象已死亡")
    assert doubts.height > 0
    assert set(doubts["领取人证件号码"]) <= dead
    commended = frame("accountability").filter(pl.col("奖惩方式") == "表彰")
    assert commended.height == 70
