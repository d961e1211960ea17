"""Industry, loans and posts: the report's figures exactly, at scale and at a twentieth of it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import numpy as np
import polars as pl
import pytest

from pipelines.simulate.calibration import calibration, delivery_plan
from pipelines.simulate.columns import household_numbers
from pipelines.simulate.county import County, build_county
from pipelines.simulate.frames import FRAMES, Slot
from pipelines.simulate.industry import linked_counts, with_total
from pipelines.simulate.presentation import headers_of
from pipelines.simulate.register import month_index

FEEDS = (
    "employment_plan", "public_posts", "business_entities", "industry_participation", "operators", "product_sales",
    "collective_economy", "small_loans",
)  # fmt: skip


@cache
def county() -> County:
    return build_county(0.05, 7)


def frame(feed: str, month: int = 12) -> pl.DataFrame:
    return FRAMES[feed](county(), Slot(2020, month, is_yearly=month == 12))


def money(values: pl.Series) -> Decimal:
    return sum(map(Decimal, values), Decimal(0))


def test_the_reports_figures_at_scale_1() -> None:
    counts = linked_counts(1)
    assert (counts["产业扶贫合作社"], counts["合作社"]) == ((5692, 23906), (3700, 15000))


def test_a_choice_has_the_members_asked_for() -> None:
    size = np.array([1, 1, 2, 2, 3, 3, 4, 5, 6, 6])
    chosen = with_total(size, np.arange(10) % 7, 4, 15)
    assert (len(chosen), int(size[chosen].sum())) == (4, 15)
    with pytest.raises(ValueError, match="cannot have 25"):
        with_total(size, np.arange(10) % 7, 4, 25)


def test_relief_cooperatives_take_along_so_many_households_and_people() -> None:
    rows = frame("industry_participation").filter(pl.col("主体类型") == "产业扶贫合作社")
    snapshot = county().register.snapshots[month_index(2020, 12)]
    size = np.bincount(snapshot.person_household)
    numbers = dict(zip(household_numbers(snapshot.household.astype(np.int64)), size[snapshot.household], strict=True))
    assert rows["户编号"].is_unique().all()
    assert (rows.height, sum(numbers[key] for key in rows["户编号"])) == linked_counts(0.05)["产业扶贫合作社"]


def test_sales_and_loans_add_up_to_the_printed_sums() -> None:
    sold = pl.concat([frame("product_sales", month) for month in (1, 6, 12)])
    assert money(sold["销售额（万元）"]) == Decimal("3733500.00")
    assert (sold["产品编号"].n_unique(), sold["供应主体"].n_unique()) == (60, 33)
    loans = frame("small_loans")
    assert money(loans["贷款金额(元)"]) == Decimal("14029205.00")
    assert loans["所属贫困户"].n_unique() == 311
    assert loans["借据编号"].is_unique().all()


def test_members_of_tobacco_cooperatives_add_up() -> None:
    rows = frame("operators").filter(pl.col("主体类别") == "合作社")
    total = sum(map(int, rows["社员或职工人数"]))
    assert total == round(calibration()["tobacco_members"]["value"] * 0.05)


@pytest.mark.parametrize("feed", FEEDS)
def test_every_frame_has_its_headers_and_keys(feed: str) -> None:
    months = delivery_plan()["feeds"][feed].get("months", [12])
    found = frame(feed, months[-1])
    assert {header.name for header in headers_of(feed)} <= set(found.columns)
    assert found.height > 0
