"""What the ledger of graded and renovated rural houses truly holds, in canonical text form, and its expected figures.

Belongs here: which house has which grade, group, renovation and subsidy; the frames of the housing bureau and, from
``holdings``, of the other registers about possessions. Does not belong here: how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import (
    NONE,
    choose,
    day_texts,
    fixed_texts,
    household_numbers,
    numbers,
    tenths,
    weighted,
    yes,
    yuan,
)
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.holdings import FRAMES as HOLDING_FRAMES
from pipelines.simulate.households import HEAD
from pipelines.simulate.register import month_days

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

GRADES = ("A级", "B级", "C级", "D级")
METHODS = ("重建", "加固", "局部修缮")
STAGES = ("未开始", "开工", "主基础工程完工", "竣工已验收")
REGISTERED, PRIORITY, OUTSIDE, ORDINARY = range(4)
_YEARS = (2016, 2017, 2018, 2019, 2020)
_STEP_CENTS = 10_000  # subsidies are multiples of a hundred yuan, but for one house with what is left over
_LAST_ACCEPTANCE = "2020-06-30"


@dataclass(frozen=True)
class Houses:
    """The county's graded rural houses, one array element each, in the order of village and number.

    ``group`` is the target group, ``grade`` an index into ``GRADES``; ``year`` is 0 for a house that is not renovated.
    Days count from 1970-01-01; money is in cents; ``household`` is the register's number, -1 outside it.
    """

    head: np.ndarray
    village: np.ndarray
    size: np.ndarray
    household: np.ndarray
    group: np.ndarray
    kind: np.ndarray
    grade: np.ndarray
    year: np.ndarray
    method: np.ndarray
    graded: np.ndarray
    started: np.ndarray
    accepted: np.ndarray
    cents: np.ndarray
    traits: np.ndarray


def renovated_at(scale: float) -> list[int]:
    """Renovated houses of the three target groups at ``scale``; the report's at scale 1."""
    given = calibration()["homes"]["renovated"]
    parts = [given["registered"], given["priority"], given["outside"]]
    return list(map(int, apportion(parts, half_even(sum(parts), scale))))


def subsidy_cents(scale: float) -> int:
    """All subsidies together, in cents."""
    return half_even(calibration()["homes"]["subsidy_ten_thousand_cny"]["value"] * 1_000_000, scale)


@lru_cache(maxsize=1)
def houses(county: County) -> Houses:
    """The houses of a county: those of all registered households, then of others until the graded number is reached."""
    given = calibration()["homes"]
    count = half_even(given["graded_houses"]["value"], county.scale)
    head, village, size, household = rural_homes(county, count)
    rng = generator(county.seed, "houses", county.scale)
    traits = rng.random((8, count))
    group = np.full(count, ORDINARY)
    registered = rng.permutation(np.flatnonzero(household >= 0))
    others = rng.permutation(np.flatnonzero(household < 0))
    first, second, third = renovated_at(county.scale)
    group[registered[:first]] = REGISTERED
    group[others[:second]] = PRIORITY
    group[others[second : second + third]] = OUTSIDE
    dangerous = group != ORDINARY
    is_d = traits[0] < given["grade_d_share"]["value"]
    safe = (traits[0] >= given["grade_a_share"]["value"]).astype(np.int64)
    year = np.zeros(count, np.int64)
    shares = [given["year_share"][each] for each in _YEARS]
    picked = rng.permutation(np.flatnonzero(dangerous))
    year[picked] = np.repeat(_YEARS, apportion(shares, len(picked)))
    method = np.where(is_d, 0, np.where(traits[1] < 0.8, 1, 2))
    kinds = weighted(traits[2], [share for name, share in given["priority_kinds"].items() if name != "status"])
    kind = np.select([household >= 0, group == PRIORITY, group == OUTSIDE], [0, 1 + kinds, 4], 5)
    graded, started, accepted = _days(year, traits)
    cents = np.zeros(count, np.int64)
    cents[dangerous] = _subsidies(county.scale, method[dangerous], year[dangerous], traits[3][dangerous])
    return Houses(
        head, village, size, household, group, kind, np.where(dangerous, 2 + is_d, safe), year, method,
        graded, started, accepted, cents, traits,
    )  # fmt: skip


def rural_homes(county: County, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Head, village, members and register number of ``count`` homes: the register's of 2019, then rural ones first."""
    register, people, place = county.register, county.residents, villages()
    base = register.snapshots[BASE_MONTH]
    is_head = base.person_relation == HEAD
    order = np.argsort(base.person_household[is_head], kind="stable")
    head = base.person[is_head][order].astype(np.int64)
    own = base.person_household[is_head][order].astype(np.int64)
    village = np.zeros(len(register.village), np.int64)
    village[base.household] = base.household_village
    size = np.bincount(base.person_household, minlength=len(register.village))[own]
    person = np.arange(len(people.village))
    here = (people.since <= BASE_MONTH) & (person >= county.registered_count)
    other = person[here & (people.relation == HEAD)]
    other = other[np.lexsort((county.traits[4][other], place.is_urban[people.village[other]]))]
    other = other[: count - len(head)]
    if len(other) < count - len(head):
        raise ValueError(f"{count} graded houses do not fit: the county has {len(head) + len(other)} households")
    sizes = np.bincount(people.household[here], minlength=int(people.household.max()) + 1)
    heads = np.concatenate([head, other])
    villages_ = np.concatenate([village[own], people.village[other].astype(np.int64)])
    members = np.concatenate([size, sizes[people.household[other]]])
    numbers_ = np.concatenate([own, np.full(len(other), NONE)])
    by_place = np.lexsort((heads, villages_))
    return heads[by_place], villages_[by_place], members[by_place], numbers_[by_place]


def _days(year: np.ndarray, traits: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Days of grading, start and acceptance; those of a house that is not renovated are only a grading day."""
    january = month_days(np.where(year > 0, year, 2016) * 12).astype(np.int64)
    before = january - 300 + (traits[4] * 290).astype(np.int64)
    graded = np.where(year > 0, np.where(year == 2016, january + (traits[4] * 80).astype(np.int64), before), 0)
    spread = int(month_days(2019 * 12 + 11)) - int(month_days(2016 * 12))
    safe = int(month_days(2016 * 12)) + (traits[4] * spread).astype(np.int64)
    graded = np.where(year > 0, graded, safe)
    started = january + 85 + (traits[5] * np.where(year == 2020, 20, 170)).astype(np.int64)
    last = int(np.datetime64(_LAST_ACCEPTANCE).astype("datetime64[D]").astype(np.int64))
    accepted = np.minimum(started + 50 + (traits[6] * 110).astype(np.int64), last)
    return graded, started, accepted


def _subsidies(scale: float, method: np.ndarray, year: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """Subsidies in cents that add up to the printed sum exactly."""
    given = calibration()["homes"]["subsidy_cny"]
    rate = np.array([given[name] for name in METHODS], dtype=np.float64)[method]
    weight = rate * (1 + 0.04 * (year - 2018)) * np.select([trait < 0.3, trait > 0.8], [0.9, 1.15], 1.0)
    total = subsidy_cents(scale)
    cents = apportion(weight, total // _STEP_CENTS) * _STEP_CENTS
    cents[0] += total - int(cents.sum())
    return cents


def housing_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per graded house as the ledger stands at the end of the slot's year."""
    given, all_ = calibration()["homes"], houses(county)
    texts, place, last = fixed_texts(county), villages(), int(month_days(slot.index + 1)) - 1
    planned = (all_.year > 0) & (all_.year <= slot.year)
    begun, done = planned & (all_.started <= last), planned & (all_.accepted <= last)
    stage = np.where(done, 3, np.where(begun, np.where(all_.traits[7] < 0.5, 1, 2), 0))
    per_head = 14 + all_.traits[5] * 26
    least = np.array([20, 30, 40])[np.minimum(all_.size, 3) - 1]
    wanted = np.where(all_.size <= 3, least, 13.0 * all_.size) + 2 + all_.traits[1] * 35
    is_small = all_.traits[7] < given["small_renovation_share"]["value"]
    after = np.where(is_small, wanted * 0.6, wanted)
    step = (all_.cents // _STEP_CENTS).astype(np.float64)
    central = np.floor(step * given["fund_share"]["central"]).astype(np.int64) * _STEP_CENTS
    province = np.floor(step * given["fund_share"]["provincial"]).astype(np.int64) * _STEP_CENTS
    paid = np.where(
        all_.accepted + 45 <= last, all_.cents, np.where(begun, all_.cents // _STEP_CENTS // 2 * _STEP_CENTS, 0)
    )
    late = all_.traits[2] < given["not_fully_paid_share"]["value"]
    paid = np.where(late, all_.cents * 7 // 10 // _STEP_CENTS * _STEP_CENTS * begun, paid)
    village, count = all_.village, len(all_.head)
    built = 1965 + (all_.traits[6] * 50).astype(np.int64)
    kinds = (
        "建档立卡贫困户",
        *(name for name in given["priority_kinds"] if name != "status"),
        "非四类重点对象",
        "一般农户",
    )
    account = "9999001" + (pl.Series(all_.head) * 7919 % 10**12).cast(pl.String).str.zfill(12)
    own = np.round(all_.cents * (0.2 + all_.traits[5]) / _STEP_CENTS).astype(np.int64) * _STEP_CENTS
    unsound = choose(
        ["墙体裂缝", "屋面渗漏", "地基沉降", "木构架腐朽"],
        np.where(all_.grade > 1, (all_.traits[3] * 3.999), NONE).astype(np.int64),
    )
    return pl.DataFrame(
        {
            "危房id": "WF" + (pl.Series(all_.head) + 53_032_300_000).cast(pl.String),
            "户编号": household_numbers(np.maximum(all_.household, 0)).set(pl.Series(all_.household < 0), None),
            "身份证号": texts["identity"].gather(all_.head),
            "户主姓名": texts["name"].gather(all_.head),
            "乡镇": choose(place.townships, village),
            "行政村": choose(place.short_names, village),
            "贫困类型": choose(kinds, all_.kind),
            "危房等级": choose(GRADES, all_.grade),
            "鉴定机构": choose(["师宗县房屋安全鉴定中心（模拟）"], np.zeros(count, np.int64)),
            "改造方式": choose(METHODS, np.where(planned, all_.method, NONE)),
            "工程进度": choose(STAGES, np.where(planned, stage, NONE)),
            "不稳固住房类别": unsound,
            "安置方式": choose(["原址", "异址"], np.where(planned, (all_.traits[0] < 0.05).astype(np.int64), NONE)),
            "住房结构": choose(["砖混", "砖木", "土木", "框架"], _structure(all_, done=done)),
            "一卡通开户行": choose(["师宗县农村信用合作联社（模拟）"], np.where(planned, 0, NONE)),
            "一卡通帐号": account.set(pl.Series(~planned), None),
            "人口数": numbers(all_.size, np.ones(count, bool)),
            "建造年代": numbers(built, np.ones(count, bool)),
            "纳入改造时间": numbers(all_.year, planned),
            "住房建筑面积（㎡）": tenths(per_head * np.minimum(all_.size, 6)),
            "改造后住房面积（㎡）": tenths(after).set(pl.Series(~done), None),
            "补助金额": yuan(all_.cents, planned),
            "已兑付金额": yuan(paid, planned),
            "中央资金": yuan(central, planned),
            "省级资金": yuan(province, planned),
            "市县配套资金": yuan(all_.cents - central - province, planned),
            "自筹资金(元)": yuan(own, planned),
            "是否四类重点对象": yes(all_.kind < 4),
            "是否销户": yes(np.zeros(count, bool)),
            "鉴定时间": day_texts(all_.graded, np.ones(count, bool)),
            "开工时间": day_texts(all_.started, begun),
            "验收时间": day_texts(all_.accepted, done),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )  # fmt: skip


def _structure(all_: Houses, *, done: np.ndarray) -> np.ndarray:
    old = np.where(all_.grade > 1, 1 + (all_.traits[4] > 0.3), weighted(all_.traits[1], [0.5, 0.25, 0.15, 0.1]))
    return np.where(done & (all_.method == 0), 0, old).astype(np.int64)


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"dangerous_housing": housing_frame, **HOLDING_FRAMES}


def expected_homes(county: County) -> dict[str, Any]:
    """What a correct warehouse finds in the ledgers of both years; those of 2019 hold a few damaged rows."""
    all_ = houses(county)
    registered, priority, outside = renovated_at(county.scale)
    end = int(month_days(2019 * 12 + 12)) - 1
    return {
        "graded_houses": len(all_.head),
        "grades_2020": {name: int((all_.grade == at).sum()) for at, name in enumerate(GRADES)},
        "dangerous_houses": registered + priority + outside,
        "renovated_2020": {"registered": registered, "priority": priority, "outside": outside},
        "renovated_2019": int(((all_.year > 0) & (all_.accepted <= end)).sum()),
        "subsidy_cny": f"{subsidy_cents(county.scale) / 100:.2f}",
    }
