"""Work in the model: the report's figures at scale 1, their parts at any other, files that fit the register."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl
import pytest

from pipelines.checking.figures import largest_remainder
from pipelines.simulate.calibration import half_even
from pipelines.simulate.county import County, build_county
from pipelines.simulate.expected import expected_figures
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.personframe import person_frame
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.register import month_index
from pipelines.simulate.training import training_counts
from pipelines.simulate.workforce import post_counts, worker_counts, workers_2020

WORKERS, POSTS = [10_960, 4_879, 12_369], [3_189, 925]
REGION_OF = {"乡（镇）内": 0, "乡（镇）外县内": 0, "县外省内": 1, "省外": 2}
YEAR_ENDS = [Slot(year, 12, is_yearly=True) for year in range(2016, 2020)]
MONTHS = [Slot(2020, month, is_yearly=False) for month in range(1, 13)]


@cache
def county(scale: float = 0.05, seed: int = 7) -> County:
    return build_county(scale, seed)


def workers_of_the_year(scale: float) -> list[int]:
    """Distinct persons in the files of 2020 by the region of the last file that shows them at work."""
    last: dict[str, int] = {}
    for slot in MONTHS:
        frame = FRAMES["employment_done"](county(scale), slot).filter(pl.col("是否已务工") == "是")
        last |= dict(zip(frame["人编号"], frame["务工区域"].replace_strict(REGION_OF), strict=True))
    return np.bincount(list(last.values()), minlength=3).tolist()


def post_holders(scale: float, month: int) -> list[int]:
    snapshot = county(scale).register.snapshots[month_index(2020, month)]
    found = person_frame(county(scale), snapshot)["公益性岗位类型"]
    return [int((found == kind).sum()) for kind in ("保洁员", "护林员")]


def test_at_full_size_every_printed_figure_on_work_comes_out() -> None:
    assert workers_of_the_year(1.0) == WORKERS
    assert post_holders(1.0, 12) == POSTS
    before = [FRAMES["employment_done"](county(1.0), slot) for slot in YEAR_ENDS]
    assert sum(int((frame["是否已务工"] == "是").sum()) for frame in before) + sum(WORKERS) == 74_700
    assert sum(FRAMES["training"](county(1.0), slot).height for slot in [*YEAR_ENDS, *MONTHS]) == 135_300


@pytest.mark.parametrize("scale", [0.02, 0.05, 0.13])
def test_a_smaller_county_has_the_parts_that_the_list_of_figures_expects(scale: float) -> None:
    assert workers_of_the_year(scale) == largest_remainder(WORKERS, scale)
    assert post_holders(scale, 12) == largest_remainder(POSTS, scale)
    assert sum(FRAMES["training"](county(scale), slot).height for slot in [*YEAR_ENDS, *MONTHS]) == half_even(
        135_300, scale
    )


def test_parts_are_shrunk_as_the_list_shrinks_them_at_every_size() -> None:
    scales = [number / 1000 for number in range(10, 1001)]
    assert [worker_counts(scale)[0].tolist() for scale in scales] == [largest_remainder(WORKERS, s) for s in scales]
    assert [post_counts(scale, 2020).tolist() for scale in scales] == [largest_remainder(POSTS, s) for s in scales]
    assert all(
        int(by_region.sum()) + sum(earlier.values()) == half_even(74_700, scale)
        for scale in scales
        for by_region, earlier in [worker_counts(scale)]
    )


@pytest.mark.parametrize("slot", [YEAR_ENDS[-1], MONTHS[0], MONTHS[1], MONTHS[11]])
def test_the_monitored_are_the_registers_people_with_the_registers_numbers(slot: Slot) -> None:
    work = FRAMES["employment_done"](county(), slot)
    register = FRAMES["person_register"](county(), slot).rename({"人口编号": "人编号"})
    both = work.join(register, on="人编号", how="inner", suffix="_register", validate="1:1")
    assert both.height == work.height
    assert both.filter(pl.col("户编号") != pl.col("户编号_register")).height == 0
    assert both.filter(pl.col("证件号码") != pl.col("证件号码_register").str.slice(0, 18)).height == 0
    assert both.filter(pl.col("劳动技能") != pl.col("劳动技能_register")).height == 0
    working = both.filter(pl.col("是否已务工") == "是")
    assert working["劳动技能"].is_in(["普通劳动力", "技能劳动力", "弱劳动力或半劳动力"]).all()


def test_no_holder_of_a_post_works_elsewhere_in_2020() -> None:
    workers = set(workers_2020(county()).person.tolist())
    for month in (1, 12):
        snapshot = county().register.snapshots[month_index(2020, month)]
        frame = person_frame(county(), snapshot).filter(pl.col("公益性岗位类型").is_not_null())
        holders = set((frame["人口编号"].cast(pl.Int64) - 53_230_000_000).to_list())
        assert holders
        assert not holders & workers


def test_february_2020_has_fewer_workers_than_the_months_around_it() -> None:
    working = [int((FRAMES["employment_done"](county(), slot)["是否已务工"] == "是").sum()) for slot in MONTHS[:4]]
    assert working[1] < 0.6 * working[0]
    assert working[1] < 0.6 * working[2] < 0.6 * working[3]


def test_a_row_says_the_same_thing_in_all_its_columns() -> None:
    for slot in (YEAR_ENDS[0], MONTHS[5]):
        frame = FRAMES["employment_done"](county(), slot)
        idle = frame.filter(pl.col("是否已务工") == "否")
        assert idle.select("务工所在县", "务工区域", "务工月收入", "就业渠道").null_count().row(0) == (idle.height,) * 4
        working = frame.filter(pl.col("是否已务工") == "是")
        assert working["务工区域"].null_count() == working["开始时间"].null_count() == 0
        assert working["结束时间"].null_count() == working.height
        assert (working["开始时间"] <= working["统计月份"]).all()
        over = idle.drop_nulls("结束时间")
        assert (over["开始时间"] <= over["结束时间"]).all()
        assert (over["结束时间"] < over["统计月份"]).all()


def test_a_few_wages_are_implausible_in_each_of_the_three_ways() -> None:
    wages = pl.concat([FRAMES["employment_done"](county(1.0), slot)["务工月收入"] for slot in MONTHS[6:9]])
    values = wages.drop_nulls().cast(pl.Float64)
    wrong = [int(((values > 0) & (values < 10)).sum()), int((values == 0).sum()), int((values > 50_000).sum())]
    assert all(20 < count < 200 for count in wrong)
    assert float(values.median() or 0) == pytest.approx(3300, abs=400)
    assert wages.drop_nulls().str.contains(r"^\d+(\.\d{1,2})?$").all()


@pytest.mark.parametrize("slot", [YEAR_ENDS[0], MONTHS[0], MONTHS[9]])
def test_nobody_is_twice_in_one_course_on_one_day_and_days_lie_in_the_period(slot: Slot) -> None:
    frame = FRAMES["training"](county(), slot)
    assert frame.select("身份证号", "培训日期", "培训措施", "培训内容").is_duplicated().sum() == 0
    assert frame["培训日期"].min() >= str(slot.first_day)  # type: ignore[operator]
    assert frame["培训日期"].max() <= str(slot.last_day)  # type: ignore[operator]
    by_year, by_month = training_counts(0.05)
    assert frame.height == (by_year[slot.year] if slot.is_yearly else by_month[slot.month - 1])


def test_the_ledger_holds_the_labour_force_and_some_others_and_mostly_agrees() -> None:
    slot = MONTHS[6]
    ledger = FRAMES["labour_ledger"](county(), slot)
    work = FRAMES["employment_done"](county(), slot).rename({"证件号码": "身份证号"})
    assert ledger["身份证号"].n_unique() == ledger.height
    both = ledger.join(work, on="身份证号")
    able = work.filter(pl.col("劳动技能").is_in(["普通劳动力", "技能劳动力", "弱劳动力或半劳动力"]))
    assert both.height == able.height
    assert ledger.height > both.height
    agreeing = both.filter((pl.col("就业创业状态") != "未就业") == (pl.col("是否已务工") == "是")).height
    assert 0.9 < agreeing / both.height < 0.97
    assert FRAMES["labour_ledger"](county(1.0), slot).height <= 80_000


@pytest.mark.parametrize("feed", ["employment_done", "labour_ledger", "training"])
def test_a_frame_has_every_column_of_its_feed_and_the_same_cells_again(feed: str) -> None:
    frame = FRAMES[feed](county(), MONTHS[0])
    assert frame.columns == [header.name for header in headers_of(feed)]
    assert FRAMES[feed](build_county(0.05, 7), MONTHS[0]).equals(frame)


def test_the_truth_manifest_says_what_the_files_hold() -> None:
    figures = expected_figures(county(), 3)["work"]
    frames = [FRAMES["employment_done"](county(), slot).filter(pl.col("是否已务工") == "是") for slot in MONTHS[:3]]
    assert list(figures["working_by_month"].values()) == [frame.height for frame in frames]
    assert sum(figures["workers_of_the_year"].values()) == pl.concat(frames)["人编号"].n_unique()
    assert expected_figures(county(), 12)["work"]["training_person_times"] == half_even(135_300, 0.05)
