"""Du'an: the register keeps to the plan's exits, and the plan's targets stand in its table as they are printed."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from pipelines.simulate.calibration import delivery_plan, villages
from pipelines.simulate.county import County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.places import at
from pipelines.simulate.register import month_index


@cache
def county() -> County:
    with at("duan"):
        return build_county(0.05, 7)


@cache
def targets(year: int) -> pl.DataFrame:
    with at("duan"):
        return FRAMES["plan_targets"](county(), Slot(year, 12, is_yearly=True))


def value(year: int, code: str, area: str = "451228000000") -> str:
    chosen = pl.col("指标编码") == code, pl.col("行政区划代码") == area
    return str(targets(year).filter(*chosen)["目标值"].item())


def test_the_plans_villages_are_248_of_which_147_are_listed() -> None:
    with at("duan"):
        place = villages()
    assert (len(place.codes), int(place.is_listed.sum())) == (248, 147)


def test_what_remains_at_the_end_of_2017_is_what_three_years_exit() -> None:
    register = county().register
    snapshot = register.snapshots[month_index(2017, 12)]
    remaining = (register.exited[snapshot.person_household] > month_index(2017, 12)).sum()
    assert remaining == 1320 + 1900 + 1540  # 2.64, 3.80 and 3.08万 at 1/20


def test_targets_of_the_register_shrink_and_the_others_are_as_printed() -> None:
    assert [value(year, "EXIT-PS") for year in (2018, 2019, 2020)] == ["1320", "1900", "1540"]
    assert [value(year, "EXIT-VY") for year in (2018, 2019, 2020)] == ["13", "35", "69"]
    assert [value(year, "HOME-RY") for year in (2018, 2019)] == ["400", "275"]
    assert [value(year, "ROAD-FU") for year in (2018, 2019, 2020)] == ["8880.01", "18871.25", "16102.95"]


def test_townships_have_targets_of_their_own() -> None:
    assert value(2018, "FARM-FT", "451228102000") == "1"
    others = targets(2018).filter(pl.col("指标编码") == "FARM-FO")
    assert (others.height, others["目标值"].unique().to_list()) == (17, ["500"])
    assert others["区域"].is_in(["高岭镇", "地苏镇"]).sum() == 0
    assert targets(2020).filter(pl.col("指标编码") == "TOUR-LF").height == 19


@pytest.mark.parametrize("year", [2018, 2019, 2020])
def test_sums_are_counted_from_the_plans_first_day_and_rows_are_one_each(year: int) -> None:
    rows = targets(year)
    assert rows.select("指标编码", "年度", "行政区划代码").is_unique().all()
    assert rows.filter(pl.col("口径") == "累计")["起算日期"].unique().to_list() in (["2018-01-01"], [])


@pytest.mark.parametrize(("year", "approved"), [(2019, None), (2020, "2020-11-20")])
def test_the_exit_of_the_county_is_told_once_it_is_approved(year: int, approved: str | None) -> None:
    with at("duan"):
        rows = FRAMES["region"](county(), Slot(year, 12, is_yearly=True))
    assert rows.filter(pl.col("行政区划代码") == "451228000000")["批准退出日期"].item() == approved


def test_what_is_delivered_speaks_of_this_county_only() -> None:
    with at("duan"):
        plan = delivery_plan()
    assert {"plan_targets", "visits", "area_scores", "education_aid"} <= set(plan["feeds"])
    assert "师宗" not in str(plan["feeds"])
