"""Projects, money and assets: the report's figures exactly, amounts conserved, and one story in all feeds."""

from __future__ import annotations

import itertools
from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.simulate.county import County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.funds import build_funds
from pipelines.simulate.money import expected_money
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.projectassets import managed_counts, value_cents
from pipelines.simulate.projects import build_projects, kind_counts

FEEDS = ("project_library", "assets", "fund_allocation", "fund_transfers", "fund_project_payout", "fund_report")
YEARS = (2016, 2017, 2018, 2019)
LAST = Slot(2020, 12, is_yearly=False)


@cache
def county() -> County:
    return build_county(0.05, 7)


def frame(feed: str, slot: Slot = LAST) -> pl.DataFrame:
    return FRAMES[feed](county(), slot)


def every_year(feed: str) -> pl.DataFrame:
    return pl.concat([*(frame(feed, Slot(year, 12, is_yearly=True)) for year in YEARS), frame(feed)])


def money(values: pl.Series) -> Decimal:
    return sum(map(Decimal, values.drop_nulls()), Decimal(0))


def test_the_reports_figures_at_scale_1() -> None:
    assert kind_counts(1).tolist() == [80, 507, 121, 583, 32, 6, 6, 16, 106, 7, 87]
    assert managed_counts(1).tolist() == [306, 15352, 17400, 8028]
    assert value_cents(1) == 219_785_740_000  # 219,785.74 万元


def test_parts_shrink_as_the_check_of_printed_figures_expects() -> None:
    assert kind_counts(0.05).tolist() == [4, 26, 6, 29, 2, 0, 0, 1, 5, 1, 4]
    assert managed_counts(0.05).tolist() == [15, 768, 870, 401]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 100))
def test_the_parts_add_up_at_every_scale(percent: int) -> None:
    assert kind_counts(percent / 100).sum() == round(Decimal(1551) * percent / 100)
    assert managed_counts(percent / 100).sum() == round(Decimal(41086) * percent / 100)


@pytest.mark.parametrize("feed", FEEDS)
def test_a_frame_has_the_headers_of_its_feed(feed: str) -> None:
    assert {header.name for header in headers_of(feed)} <= set(frame(feed).columns)


def test_the_county_book_at_the_end_of_2020_is_the_printed_one() -> None:
    books, expected = frame("assets"), expected_money(county())
    book = books.filter(pl.col("台账级次") == "县级台账")
    assert book.height == expected["assets"] == 2054
    assert money(book["金额"]) == Decimal("219785.74") * 10_000 * 5 / 100
    assert book["标识牌编号"].count() == expected["signs"]
    assert book["登记证号"].count() == book.filter(pl.col("管理级次") == "村管").height == expected["certificates"]
    to_households = book.filter(pl.col("资产类别") == "到户类")
    assert to_households.height == to_households["户编号"].count() == book.filter(pl.col("管理级次") == "户管").height


def test_the_two_books_disagree_in_few_rows() -> None:
    books = frame("assets")
    county_book, township_book = (books.filter(pl.col("台账级次") == level) for level in ("县级台账", "乡级台账"))
    both = county_book.join(township_book, on="资产编号", suffix="_乡")
    assert 0 < both.filter(pl.col("金额") != pl.col("金额_乡")).height < both.height * 0.02
    assert 0 < township_book.join(county_book, on="资产编号", how="anti").height < township_book.height * 0.01


def test_quotas_are_split_over_projects_of_the_library_and_never_beyond_the_quota() -> None:
    split = every_year("fund_allocation")
    assert split.select("指标编号", "项目编号").is_unique().all()
    assert set(split["项目编号"]) <= set(frame("project_library")["项目编号"])
    quotas = {quota.quota_id: Decimal(quota.cents) / 100 for quota in build_funds(0.05, 7)[0]}
    by_quota = split.group_by("指标编号").agg(pl.col("分配金额").cast(pl.Decimal(20, 2)).sum())
    assert all(amount <= quotas[quota] for quota, amount in by_quota.iter_rows())
    assert sum(quotas.values()) - money(split["分配金额"]) > 0  # some quotas are not wholly split


def test_what_is_paid_for_a_project_was_split_to_it() -> None:
    projects, funds = build_projects(0.05, 7)
    split = np.bincount(funds.project, funds.cents, minlength=len(projects.kind))
    assert (funds.cents > 0).all()
    assert (projects.paid <= split).all()


def test_payments_name_projects_of_the_library_and_keep_their_sum() -> None:
    paid = every_year("fund_payment")
    known = set(frame("project_library")["项目编号"])
    named = paid["项目编号"].drop_nulls()
    assert set(named) <= known
    accounts = paid.filter(pl.col("收款人类型") == "乡镇专户")
    assert accounts.height
    assert accounts["项目编号"].null_count() == accounts.height
    assert paid.height - len(named) - accounts.height < paid.height * 0.02


def test_the_report_counts_township_accounts_as_spent() -> None:
    payments = [payment for payment in build_funds(0.05, 7)[1] if payment.quota.year == payment.day.year == 2018]
    report = frame("fund_report", Slot(2018, 12, is_yearly=True))
    assert money(report["支出金额"]) == Decimal(sum(payment.cents for payment in payments)) / 100


def test_the_steps_of_a_project_follow_each_other() -> None:
    library = frame("project_library")
    steps = ("入库时间", "立项日期", "开工日期", "竣工日期", "验收日期", "资产移交日期")
    for earlier, later in itertools.pairwise(steps):
        both = library.drop_nulls([earlier, later])
        assert (both[earlier] <= both[later]).all(), (earlier, later)
    begun = library["开工日期"].count()
    assert begun == sum(expected_money(county())["projects_by_kind"].values()) == 78
