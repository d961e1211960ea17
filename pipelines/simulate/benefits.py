"""What finance paid through one card, and what each registered household got by year, in canonical text form.

Belongs here: the columns of subsidies paid and of measures by household. Does not belong here: who is on which list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.assistance import CLASSES, dibao, tekun
from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, household_numbers, numbers, weighted, yuan
from pipelines.simulate.county import County
from pipelines.simulate.disability import holders
from pipelines.simulate.households import HEAD, with_total
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.workforce import NO_WORK, regions_at

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

NURSING, LIVING = "重度残疾人护理补贴", "困难残疾人生活补贴"
FORMS = ("分散供养", "集中供养")
REWARD, STAR = "就业奖补", "创业脱贫致富之星奖励"
_STEP_CENTS = 10_000
LAST_YEAR = 2020


def payment_frame(county: County, slot: Slot) -> pl.DataFrame:
    """What finance paid in the month through one card: the kinds of payments that the calibration names."""
    kinds: list[str] = calibration()["subsidy_payment"]["kinds"]
    parts = [part for kind in kinds for part in _PAID[kind](county, slot)]
    name = np.repeat(np.arange(len(parts)), [len(part[1]) for part in parts])
    person, cents, tenth = (np.concatenate([part[at] for part in parts]) for at in (1, 2, 3))
    batch = np.repeat([part[4] for part in parts], [len(part[1]) for part in parts])
    texts, place = fixed_texts(county), villages()
    village = county.residents.village[person].astype(np.int64)
    day = month_days(slot.index) + 14 + (name * 2) % 9 + (batch - 1) * 5
    has_area = np.array([part[0].startswith("耕地") for part in parts])[name]
    account = "9999002" + (pl.Series(person) * 7919 % 10**12).cast(pl.String).str.zfill(12)
    order = np.lexsort((person, batch, name))
    count = len(person)
    quantity = choose([f"{n / 10:g}" for n in range(int(tenth.max()) + 1)], np.where(has_area, tenth, NONE))
    return pl.DataFrame(
        {
            "填报单位": choose(["师宗县财政局（模拟）"], np.zeros(count, np.int64)),
            "归属年度": numbers(np.full(count, slot.year), np.ones(count, bool)),
            "户主姓名": texts["name"].gather(person),
            "身份证号": texts["identity"].gather(person),
            "一折通账号": account,
            "开户银行": choose(["师宗县农村信用合作联社（模拟）"], np.zeros(count, np.int64)),
            "家庭住址": choose(place.townships, village) + choose(place.short_names, village) + "（模拟）",
            "补贴项目名称": choose([part[0] for part in parts], name),
            "补贴总量/补贴面积": quantity,
            "补贴标准": yuan(cents, ~has_area),
            "补贴金额": yuan(cents, np.ones(count, bool)),
            "兑付时间": day_texts(day, np.ones(count, bool)),
            "结算批次": choose([f"{slot.year}{slot.month:02d}第{n}批" for n in (1, 2)], batch - 1),
            "状态名称": choose(["发放成功"], np.zeros(count, np.int64)),
        }
    )[order]


_Part = tuple[str, np.ndarray, np.ndarray, np.ndarray, int]


def _disability_payments(county: County, slot: Slot) -> list[_Part]:
    rates, all_ = calibration()["disability"]["rates_cny"], holders(county)
    at = all_.at(slot.index)
    parts: list[_Part] = []
    for name, since in ((LIVING, all_.living_since), (NURSING, all_.nursing_since)):
        got = at[since[at] <= slot.index]
        is_first = (all_.grade[got] == 0) & (name == NURSING)
        cents = np.where(is_first, rates["nursing_1"], rates["other"]) * 100
        parts.append((name, all_.person[got], cents, np.zeros(len(got), np.int64), 1))
    if slot.month == 7:
        name, person, cents, area, _ = parts[-1]
        twice = max(1, round(calibration()["subsidy_payment"]["paid_twice"]["value"] * county.scale))
        parts.append((name, person[:twice], cents[:twice], area[:twice], 2))
    return parts


def _support_payments(county: County, slot: Slot) -> list[_Part]:
    given = calibration()["guarantees"]
    on_dibao, on_tekun = dibao(county), tekun(county)
    at = on_dibao.at(slot.index)
    _, first = np.unique(on_dibao.person[at], return_index=True)
    at = at[first]
    rate = np.array([given["month_cny"][name] for name in CLASSES])[on_dibao.kind[at]] * 100
    heads, place = np.unique(on_dibao.head[at], return_inverse=True)
    cents = np.bincount(place, rate).astype(np.int64)
    kept = on_tekun.at(slot.index)
    money = np.array([given["tekun_cny"][name] for name in FORMS])[on_tekun.kind[kept]] * 100
    none = np.zeros(len(heads), np.int64), np.zeros(len(kept), np.int64)
    return [("农村低保金", heads, cents, none[0], 1), ("特困人员供养金", on_tekun.person[kept], money, none[1], 1)]


def _farmland_payments(county: County, slot: Slot) -> list[_Part]:
    if slot.month != 7:
        return []
    snapshot = county.register.snapshots[slot.index]
    at = np.flatnonzero(snapshot.person_relation == HEAD)
    household = snapshot.person_household[at].astype(np.int64)
    area = np.round((1 + county.household_traits[10, county.register.parent[household]] * 12) * 10).astype(np.int64)
    rate = round(calibration()["subsidy_payment"]["farmland_cny_per_mu"]["value"] * 100)
    return [("耕地地力保护补贴", snapshot.person[at].astype(np.int64), area * rate // 10, area, 1)]


def _reward_payments(county: County, slot: Slot) -> list[_Part]:
    """Rewards of the year to who works in its last month, in hundreds of yuan but for what is left over; its stars."""
    given: dict[str, Any] = calibration()["employment_rewards"]
    shares = {year: share for year, share in given["year_share"].items() if year != "status"}
    by_year = dict(zip(shares, apportion(list(shares.values()), _reward_cents(county.scale)), strict=True))
    snapshot = county.register.snapshots[slot.index]
    region = regions_at(county, snapshot)
    worker, total = np.flatnonzero(region != NO_WORK), int(by_year[slot.year])
    # Who works farther away gets more.
    cents = apportion(1 + region[worker], total // _STEP_CENTS) * _STEP_CENTS
    cents[0] += total - int(cents.sum())
    paid = worker[cents > 0]
    last = county.register.snapshots[month_index(2020, 12)]
    heads = last.person[last.person_relation == HEAD].astype(np.int64)
    heads = heads[~np.isin(heads, county.dead_but_registered)]
    stars = heads[np.argsort(county.traits[6][heads], kind="stable")]
    stars = stars[: half_even(given["stars"]["value"], county.scale)]
    stars = stars[np.arange(len(stars)) % len(shares) == list(shares).index(slot.year)]
    of_stars = np.full(len(stars), given["star_cny"]["value"] * 100)
    return [
        (REWARD, snapshot.person[paid].astype(np.int64), cents[cents > 0], np.zeros(len(paid), np.int64), 1),
        (STAR, stars, of_stars, np.zeros(len(stars), np.int64), 1),
    ]


def _reward_cents(scale: float) -> int:
    return half_even(calibration()["employment_rewards"]["cny"]["value"] * 100, scale)


_PAID: dict[str, Callable[[County, Slot], list[_Part]]] = {
    "disability": _disability_payments,
    "support": _support_payments,
    "farmland": _farmland_payments,
    "employment_rewards": _reward_payments,
}


def measures_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The measures of a year, one row per household and measure, for the households of the year's last register."""
    given: dict[str, Any] = calibration()["measures"]
    snapshot = county.register.snapshots[slot.index]
    rng = generator(county.seed, "measures", county.scale, slot.year)
    household = np.sort(snapshot.household.astype(np.int64))
    household = household[rng.random(len(household)) >= given["none_share"]["value"]]
    gone = np.flatnonzero((county.register.gone <= slot.index) & (county.register.gone > slot.index - 24))
    gone = gone[: max(1, half_even(given["not_listed"]["value"], county.scale))]
    shares = np.array([kind["share"] for kind in given["kinds"]])
    gets = rng.random((len(household), len(shares))) < shares
    # Nobody is left without one who has a plan at all.
    bare = ~gets.any(axis=1)
    gets[np.flatnonzero(bare), weighted(rng.random(int(bare.sum())), list(shares / shares.sum()))] = True
    at, kind = np.nonzero(gets)
    household = np.concatenate([household[at], gone])
    kind = np.concatenate([kind, np.zeros(len(gone), np.int64)])
    count = len(household)
    first = int(month_days(month_index(slot.year, 1)))
    day = first + rng.integers(20, 340, count)
    base = np.array([one["cny"] for one in given["kinds"]], np.int64)[kind]
    cents = base * (1 + rng.integers(0, 3, count)) * 100
    order = np.lexsort((kind, household))
    all_ = np.ones(count, bool)
    frame = pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "年度": numbers(np.full(count, slot.year), all_),
            "方案编号": f"FA{slot.year}" + pl.Series(household).cast(pl.String).str.zfill(6),
            "措施类别": choose([one["kind"] for one in given["kinds"]], kind),
            "措施名称": choose([one["name"] for one in given["kinds"]], kind),
            "实施日期": day_texts(day, all_),
            "补助金额": yuan(cents, cents > 0),
            "项目编号": choose([""], np.full(count, NONE)),
            "责任部门": choose([one["office"] for one in given["kinds"]], kind),
            "户主确认日期": day_texts(day + 10, rng.random(count) < 0.97),
        }
    )[order]
    if given["counted"] is None or slot.year < LAST_YEAR:
        return frame
    return pl.concat([frame, _counted_rows(county, slot).select(frame.columns)])


def _counted_rows(county: County, slot: Slot) -> pl.DataFrame:
    """The one measure of which a report counts households and members: its rows in the last year's ledger."""
    given: dict[str, Any] = calibration()["measures"]["counted"]
    snapshot = county.register.snapshots[slot.index]
    listed = snapshot.household.astype(np.int64)
    size = np.bincount(snapshot.person_household, minlength=len(county.register.village))[listed]
    order = county.household_traits[7, county.register.parent[listed]]
    households, persons = (half_even(given[name], county.scale) for name in ("households", "persons"))
    household = np.sort(listed[with_total(size, order, households, persons)])
    day = int(month_days(month_index(slot.year, 1))) + 20 + household % 320
    all_ = np.ones(len(household), bool)
    same = {
        "措施类别": given["kind"],
        "措施名称": given["name"],
        "补助金额": None,
        "项目编号": None,
        "责任部门": given["office"],
    }
    return pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "年度": numbers(np.full(len(household), slot.year), all_),
            "方案编号": f"FA{slot.year}" + pl.Series(household).cast(pl.String).str.zfill(6),
            **{name: pl.repeat(value, len(household), dtype=pl.String, eager=True) for name, value in same.items()},
            "实施日期": day_texts(day, all_),
            "户主确认日期": day_texts(day + 10, all_),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "subsidy_payment": payment_frame,
    "household_measures": measures_frame,
}
