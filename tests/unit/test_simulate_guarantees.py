"""Movers, pupils, patients, water and services of villages: the report's figures exactly, registers that agree."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.simulate.care import CHRONIC
from pipelines.simulate.county import BASE_MONTH, County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.guarantees import FRAMES as GUARANTEES
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.relocation import fitted, is_relocated, mover_counts
from pipelines.simulate.schooling import LOAN, PRESCHOOL, SCHOOL, aid_cents, aid_counts

YEARS = (2016, 2017, 2018, 2019, 2020)


@cache
def county() -> County:
    return build_county(0.05, 7)


@cache
def frame(feed: str, year: int = 2020) -> pl.DataFrame:
    return FRAMES[feed](county(), Slot(year, 12, is_yearly=year < 2020))


def test_the_reports_figures_at_scale_1() -> None:
    assert mover_counts(1) == ([1358, 362], [5692, 1540], (9, 44))
    times = [sum(aid_counts(1)[year][kind] for year in YEARS) for kind in (PRESCHOOL, SCHOOL, LOAN)]
    money = [sum(aid_cents(1)[year][kind] for year in YEARS) for kind in (PRESCHOOL, SCHOOL, LOAN)]
    assert times == [37_500, 490_300 - 37_500, 7_922]
    assert money == [562_790_000, 55_800_000_000 - 562_790_000, 5_640_690_000]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 9), min_size=40, max_size=90), st.integers(3, 30), st.integers(-6, 6))
def test_households_are_chosen_with_so_many_members(sizes: list[int], count: int, off: int) -> None:
    size = np.array(sizes)
    order = np.arange(len(size))
    total = int(np.sort(size)[:count].sum() + np.sort(size)[::-1][:count].sum()) // 2 + off
    chosen = fitted(size, order, count, total)
    assert len(chosen) == count
    assert len(set(chosen.tolist())) == count


@pytest.mark.parametrize("feed", sorted(GUARANTEES))
def test_every_frame_has_its_headers_and_is_the_same_twice(feed: str) -> None:
    assert {header.name for header in headers_of(feed)} <= set(frame(feed).columns)
    assert frame(feed).height > 0
    assert frame(feed).equals(FRAMES[feed](build_county(0.05, 7), Slot(2020, 12, is_yearly=False)))


def test_movers_stand_once_in_households_of_their_size() -> None:
    movers = frame("relocation")
    assert movers["搬迁人员身份证号"].is_unique().all()
    households = movers.group_by("户主身份证号").agg(
        pl.len(), pl.col("家庭人口").cast(pl.Int64).first(), pl.col("安置方式").n_unique().alias("ways")
    )
    assert (households["len"] == households["家庭人口"]).all()
    assert (households["ways"] == 1).all()
    (registered, along), (persons, along_persons), (scattered, _) = mover_counts(0.05)
    assert households.height == registered + along
    assert movers.height == persons + along_persons
    assert movers.filter(pl.col("安置方式") == "分散安置")["户主身份证号"].n_unique() == scattered


def test_register_and_movers_name_the_same_households() -> None:
    snapshot = county().register.snapshots[BASE_MONTH]
    households = FRAMES["household_register"](county(), Slot(2019, 12, is_yearly=True))
    said = set(households.filter(pl.col("是否易地搬迁户") == "是")["户编号"])
    moved = set(frame("relocation", 2019)["户编号"].drop_nulls())
    assert moved <= said
    assert len(said) == int(is_relocated(county(), snapshot.household).sum())


def test_all_registered_persons_are_insured_in_2020_and_a_few_were_not_before() -> None:
    for year, missing in ((2019, True), (2020, False)):
        people = FRAMES["person_register"](county(), Slot(year, 12, is_yearly=year < 2020))
        listed = frame("medical_insurance", year)
        insured = set(listed.filter(pl.col("参保状态") != "未参保")["身份证号"])
        without = set(people["证件号码"].str.slice(0, 18)) - insured
        assert bool(without) is missing


def test_in_patients_with_referral_are_reimbursed_nine_tenths_in_2020() -> None:
    money = ("基本医保支付", "大病报销金额", "健康扶贫政策内报销", "医疗救助", "财政兜底")
    bills = frame("medical_reimbursement").with_columns(
        pl.col(*money, "政策范围内费用", "医疗费总额", "个人自付").cast(pl.Decimal(18, 2))
    )
    paid = pl.sum_horizontal(money)
    assert bills.filter(pl.col("医疗费总额") != paid + pl.col("个人自付")).height == 0
    ruled = bills.filter((pl.col("是否规范转诊") == "是") & (pl.col("个人自付") < 20_000))
    assert ruled.height > 100
    assert ruled.filter(paid * 10 < pl.col("政策范围内费用") * 9).height == 0


def test_patients_are_as_many_as_the_report_says() -> None:
    assert frame("major_illness").height == 96
    assert frame("family_doctor")["慢病类型"].value_counts().sort("慢病类型").rows() == sorted(
        zip(CHRONIC, (194, 38, 46, 4), strict=True)
    )
    assert frame("family_doctor")["签约团队"].n_unique() == 193
    assert set(frame("major_illness")["救治状态"]) <= {"治疗中", "已治愈"}


def test_nobody_drops_out_in_2020_and_children_are_named_once() -> None:
    pupils = frame("education_enrolment")
    assert pupils["身份证号码"].is_unique().all()
    assert "辍学" in set(frame("education_enrolment", 2019)["就学形式"])
    assert "辍学" not in set(pupils["就学形式"])


def test_villages_have_what_the_report_says() -> None:
    villages = frame("village_services")

    def total(name: str) -> Decimal:
        return sum(map(Decimal, villages[name]), Decimal(0))

    assert total("通硬化路小组数") == total("村民小组数") == 784
    assert (total("道路硬化里程（公里）"), total("电商服务点数"), total("无害化公厕数")) == (1053, 100, 125)
    assert set(frame("water_safety")["饮水是否安全"]) == {"是"}
    assert "否" in set(frame("water_safety", 2019)["饮水是否安全"])
