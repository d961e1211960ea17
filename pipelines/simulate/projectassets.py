"""The asset books of county and townships: what was formed, who manages it, what it yields.

Belongs here: what truly stands in the two books at a year's end, and its frame. Does not belong here: projects
(``projects``), damage, spelling.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, shrunk, villages
from pipelines.simulate.columns import NONE, choose, day_texts, household_numbers, yuan
from pipelines.simulate.county import County
from pipelines.simulate.projects import NEVER, Projects, build_projects, day_number, kinds, project_numbers
from pipelines.simulate.register import month_days, month_index

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

COUNTY_BOOK, TOWNSHIP_BOOK = "县级台账", "乡级台账"
OPERATING, PUBLIC, HOUSEHOLD = range(3)
CLASSES = ("经营性", "公益性", "到户类")
MANAGED = ("县管", "乡管", "村管", "户管")
STATES = ("在用", "闲置", "损毁")
MODES = ("出租", "承包", "入股", "自营")


@dataclass(frozen=True)
class Assets:
    """One array element an asset; cents; days since 1970-01-01; ``project`` and ``household`` are -1 for none."""

    managed: np.ndarray
    kind: np.ndarray
    project: np.ndarray
    village: np.ndarray
    household: np.ndarray
    year: np.ndarray
    cents: np.ndarray
    state: np.ndarray
    handed_over: np.ndarray
    is_listed_2019: np.ndarray
    traits: np.ndarray


def managed_counts(scale: float) -> np.ndarray:
    """Assets by level of management at ``scale``; the report's parts at scale 1."""
    return shrunk(list(calibration()["assets"]["managed"]["count"].values()), scale)


def value_cents(scale: float) -> int:
    """The original value of all assets in cents."""
    value = Decimal(calibration()["assets"]["original_value_ten_thousand_cny"]["value"])
    return half_even(float(value) * 1_000_000, scale)


@lru_cache(maxsize=1)
def assets(county: County) -> Assets:
    """All assets of the county book at the end of 2020."""
    given = calibration()["assets"]
    projects, _ = build_projects(county.scale, county.seed)
    counts = managed_counts(county.scale)
    count = int(counts.sum())
    rng = generator(county.seed, "assets", county.scale)
    traits = rng.random((10, count))
    managed = np.repeat(np.arange(len(MANAGED)), counts)
    project, cents = _of_projects(projects, managed, county.scale, rng)
    snapshot = county.register.snapshots[month_index(2020, 12)]
    picked = rng.integers(0, len(snapshot.household), count)
    at_household = managed == 3
    household = np.where(at_household, snapshot.household[picked], NONE)
    village = np.where(at_household, snapshot.household_village[picked], rng.integers(0, len(villages().codes), count))
    linked = project >= 0
    village[linked] = projects.village[project[linked]]
    is_industry = linked & np.isin(projects.kind[project], [kinds().index("产业类")])
    operating = is_industry | (~linked & (traits[0] < given["operating_share"]["value"]))
    kind = np.where(at_household, HOUSEHOLD, np.where(operating, OPERATING, PUBLIC))
    idle = np.where(kind == OPERATING, given["idle_share"]["operating"], given["idle_share"]["public"])
    state = np.where(kind == HOUSEHOLD, 0, np.where(traits[1] < idle, 1, np.where(traits[1] > 0.997, 2, 0)))
    year = np.where(linked, projects.year[project], 2013 + (traits[2] ** 0.7 * 7.2).astype(int))
    registered = np.array([day_number(dt.date(each, 12, 1)) for each in range(2013, 2022)])[year - 2013]
    handed = np.where(linked, projects.handed_over[project], np.minimum(registered, _last_day(2020)))
    return Assets(
        managed, kind, project, village.astype(np.int64), household, year, cents, state, handed,
        traits[3] < given["listed_in_2019_share"]["value"], traits,
    )  # fmt: skip


def _last_day(year: int) -> int:
    return day_number(dt.date(year, 12, 31))


def _of_projects(
    projects: Projects, managed: np.ndarray, scale: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The project behind each asset (-1: formed before the library), and values that add up to the printed total."""
    ready = np.flatnonzero((projects.handed_over <= _last_day(2020)) & projects.forms_asset)
    pool = np.flatnonzero((managed == 1) | (managed == 2))
    wanted = max(len(ready), round(len(managed) * calibration()["assets"]["of_projects_share"]["value"]))
    chosen = rng.permutation(pool)[: min(wanted, len(pool))]
    owners = ready[: len(chosen)]
    project = np.full(len(managed), NONE)
    project[chosen[: len(owners)]] = owners
    project[chosen[len(owners) :]] = owners[rng.integers(0, len(owners), len(chosen) - len(owners))]
    weight = np.exp(rng.normal(0, 0.7, len(managed)))
    cents = np.zeros(len(managed), np.int64)
    linked = np.flatnonzero(project >= 0)
    shares = np.bincount(project[linked], weight[linked], minlength=len(projects.kind))
    value = projects.paid * (0.9 + projects.traits[2] * 0.1)
    cents[linked] = np.maximum((weight[linked] / shares[project[linked]] * value[project[linked]]).astype(np.int64), 1)
    others = np.flatnonzero(project < 0)
    size = np.array([400.0, 40.0, 30.0, 2.5])[managed[others]]
    cents[others] = apportion(size * weight[others], value_cents(scale) - int(cents.sum()))
    return project, cents


def asset_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The county book at the end of the slot's year and, from 2020 on, the township book below it."""
    all_ = assets(county)
    last = int(month_days(slot.index + 1)) - 1
    known = all_.handed_over <= last
    if slot.year < 2020:
        known &= all_.is_listed_2019 & (all_.year <= slot.year)
    rows = np.flatnonzero(known)
    county_book = _book(county, all_, rows, slot, COUNTY_BOOK)
    if slot.year < 2020:
        return county_book
    given, draw = calibration()["assets"]["township_book"], all_.traits[4]
    mine = (all_.managed == 1) | (all_.managed == 2)
    rows = np.flatnonzero(known & mine & (draw >= given["missing"]))
    township_book = _book(county, all_, rows, slot, TOWNSHIP_BOOK)
    extra = np.flatnonzero(known & mine & (draw > 1 - given["extra"]))
    more = _book(county, all_, extra, slot, TOWNSHIP_BOOK, offset=10_000_000, is_unlinked=True)
    return pl.concat([county_book, township_book, more])


def _book(
    county: County, all_: Assets, rows: np.ndarray, slot: Slot, book: str, *, offset: int = 0, is_unlinked: bool = False
) -> pl.DataFrame:
    given, place, count = calibration()["assets"], villages(), len(rows)
    projects, _ = build_projects(county.scale, county.seed)
    numbers = pl.Series(project_numbers(projects), dtype=pl.String)
    traits, village, managed, kind = all_.traits[:, rows], all_.village[rows], all_.managed[rows], all_.kind[rows]
    cents, all_rows = all_.cents[rows], np.ones(count, bool)
    if book == TOWNSHIP_BOOK:
        differs = (traits[4] > 0.3) & (traits[4] < 0.3 + given["township_book"]["differs"])
        cents = np.where(differs, cents + cents // 10, cents)
    project = np.where(is_unlinked, NONE, all_.project[rows])
    operating = (kind == OPERATING) & (all_.state[rows] == 0)
    due = (cents * (given["yield_share"]["low"] + traits[5] * 0.04)).astype(np.int64)
    paid = np.select([traits[6] < 0.86, traits[6] < 0.95], [due, due * 6 // 10], 0)
    distributed = np.where(traits[7] < 0.9, paid * 9 // 10, paid * 4 // 10)
    contracted = (kind == OPERATING) & (traits[8] >= given["contract"]["missing"])
    is_over = traits[8] > 1 - given["contract"]["over"]
    year_end = _last_day(slot.year)
    until = np.where(is_over, year_end - 200, _last_day(2020) + 200 + (traits[9] * 2500).astype(int))
    number = pl.Series(rows + 53_032_300_000 + offset).cast(pl.String)
    code = pl.Series(rows.astype(np.int64) + offset).cast(pl.String).str.zfill(8)
    signed = (managed < 3) & (slot.year == 2020 or traits[3] < 0.35)
    operator = choose(place.short_names, village) + "股份合作社（模拟）"
    certified = (managed == 2) & (slot.year == 2020 or traits[3] < 0.3)
    return pl.DataFrame(
        {
            "资产编号": "ZC" + number,
            "资产名称": choose(place.short_names, village) + choose(["经营性设施", "公共设施", "到户资产"], kind),
            "台账级次": choose([book], np.zeros(count, np.int64)),
            "资产类别": choose(CLASSES, kind),
            "管理级次": choose(MANAGED, managed),
            "权属级次": choose(["县", "乡", "村", "户"], np.where((managed == 1) & (traits[7] < 0.3), 2, managed)),
            "形成年度": pl.Series(all_.year[rows]).cast(pl.String),
            "关联项目编号": numbers.gather(np.maximum(project, 0)).set(pl.Series(project < 0), None),
            "乡镇": choose(place.townships, village),
            "行政村": choose(place.short_names, village),
            "使用状态": choose(STATES, all_.state[rows]),
            "金额": yuan(cents, all_rows),
            "登记证号": ("师资证" + code).set(pl.Series(~certified), None),
            "标识牌编号": ("师牌" + code).set(pl.Series(~signed), None),
            "确权日期": day_texts(all_.handed_over[rows], certified),
            "移交日期": day_texts(np.minimum(all_.handed_over[rows], NEVER), all_rows),
            "盘点日期": day_texts(np.full(count, year_end - 40) - (traits[9] * 60).astype(int), all_rows),
            "盘点结果": choose(["账实相符", "账实不符"], (traits[6] > 0.995).astype(np.int64)),
            "经营主体": operator.set(pl.Series(kind != OPERATING), None),
            "经营方式": choose(MODES, np.where(kind == OPERATING, (traits[9] * 3.99).astype(int), NONE)),
            "合同编号": ("HT" + code).set(pl.Series(~contracted), None),
            "合同截止日期": day_texts(until, contracted),
            "年度应收收益": yuan(due, operating),
            "年度实收收益": yuan(paid, operating),
            "收益分配金额": yuan(distributed, operating),
            "户编号": household_numbers(np.maximum(all_.household[rows], 0)).set(
                pl.Series(kind != HOUSEHOLD), None
            ),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )  # fmt: skip
