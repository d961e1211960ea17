"""What the registers of operators and of households in industries truly hold.

Belongs here: who takes whom along in which industry, and what it brought. Does not belong here: what was sold
(``sales``), villages' own economy (``collective``), loans (``loans``), posts, plans and firms (``posts``), how a
department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, day_texts, household_numbers, numbers, tenths, weighted, yes, yuan
from pipelines.simulate.county import County
from pipelines.simulate.households import with_total
from pipelines.simulate.loans import FRAMES as LOAN_FRAMES
from pipelines.simulate.places import per_unit
from pipelines.simulate.posts import FRAMES as POST_FRAMES
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.work import WORKSHOP

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

ENTERPRISE, TOBACCO, RELIEF, OWN = "龙头企业", "合作社", "产业扶贫合作社", "自主发展"
LINKED = (RELIEF, TOBACCO, ENTERPRISE)
INDUSTRIES = ("热区水果", "中药材", "菌类", "生猪", "肉牛", "乳鸽", "烤烟", "蔬菜", "玉米", "土鸡")
MODES = ("订单收购", "入股分红", "务工带动", "代种代养", "自主发展")
_NAMES = {
    ENTERPRISE: "师宗县农业龙头企业",
    TOBACCO: "师宗县烤烟专业合作社",
    RELIEF: "师宗县产业扶贫合作社",
    "劳务公司": "师宗县劳务派遣公司",
    "电商服务中心": "师宗县电子商务服务中心",
    "电商服务站": "师宗县乡镇电子商务服务站",
    "电商服务点": "师宗县村级电子商务服务点",
    "扶贫车间": WORKSHOP,
    "示范基地": "师宗县产业示范基地",
}


@dataclass(frozen=True)
class Operators:
    """Operators in the order of the list: name, class, village, main industry (index into ``INDUSTRIES``)."""

    name: list[str]
    kind: np.ndarray
    village: np.ndarray
    industry: np.ndarray

    def of(self, kind: str) -> np.ndarray:
        """Positions of the operators of a class."""
        return np.flatnonzero(self.kind == kind)


@dataclass(frozen=True)
class Participation:
    """Households in industries of one year, one array element a line of the ledger; money in cents."""

    household: np.ndarray
    operator: np.ndarray
    kind: np.ndarray
    mode: np.ndarray
    industry: np.ndarray
    net: np.ndarray
    received: np.ndarray
    reward: np.ndarray


@per_unit
def operators() -> Operators:
    """The list of operators; the same in a small county as in a whole one."""
    given: dict[str, Any] = calibration()["operators"]
    rng = generator(0, "operators")
    count = len(villages().codes)
    names: list[str] = []
    kinds: list[str] = []
    places, industries = [], []
    for kind, entry in given.items():
        wanted = entry["count"]
        names += [f"{_NAMES[kind]}{number}（模拟）" for number in range(1, wanted + 1)]
        kinds += [kind] * wanted
        places.append(rng.permutation(count)[np.arange(wanted) % count])
        fixed = {TOBACCO: np.full(wanted, 6), RELIEF: np.arange(wanted) % 6, ENTERPRISE: 3 + np.arange(wanted) % 5}
        industries.append(fixed.get(kind, np.full(wanted, NONE)))
    return Operators(names, np.array(kinds), np.concatenate(places), np.concatenate(industries))


def linked_counts(scale: float) -> dict[str, tuple[int, int | None]]:
    """Households and members in 2020 by class of operator, at ``scale``."""
    given = calibration()["participation"]["linked_2020"]
    return {
        kind: (
            half_even(entry["households"], scale),
            half_even(entry["persons"], scale) if "persons" in entry else None,
        )
        for kind, entry in given.items()
    }


@lru_cache(maxsize=2)
def participation(county: County, year: int) -> Participation:
    """The ledger of a year: who was taken along by whom, what it brought, and what was rewarded."""
    given = calibration()["participation"]
    snapshot = county.register.snapshots[month_index(year, 12)]
    household = snapshot.household.astype(np.int64)
    size = np.bincount(snapshot.person_household, minlength=len(county.register.village))[household]
    parent = county.household_traits[:, county.register.parent[household]]
    mode = weighted(parent[6], list(calibration()["support_modes"]["shares"].values()))
    rng = generator(county.seed, "participation", county.scale)
    draw = rng.random((4, len(county.register.village)))[:, household]
    # Traditional growers first in tobacco, households of the supported mode first in relief cooperatives.
    order = {RELIEF: draw[0] + (mode != 2), TOBACCO: draw[1] + (mode != 0), ENTERPRISE: draw[2]}
    chosen: list[np.ndarray] = []
    for kind, (count, persons) in linked_counts(county.scale).items():
        if year < 2020:
            share = given["linked_2019_share"]["value"]
            picked = np.argsort(order[kind], kind="stable")[: round(count * share)]
        elif persons is None:
            picked = np.argsort(order[kind], kind="stable")[:count]
        else:
            picked = with_total(size, order[kind], count, persons)
        chosen.append(np.sort(picked))
    alone = np.flatnonzero(draw[3] < given["on_their_own_share"]["value"])
    at = np.concatenate([*chosen, alone])
    kinds = np.repeat([*LINKED, OWN], [*map(len, chosen), len(alone)])
    operator = _operator_of(kinds, snapshot.household_village[at].astype(np.int64), draw[2][at])
    own = choose_industry(kinds, operator, parent[5][at])
    how = np.select([kinds == TOBACCO, kinds == OWN, draw[1][at] < 0.6], [0, 4, 1], 2 + (draw[0][at] < 0.5))
    net = _net_income(county, year, kinds, household[at])
    paid = np.array([given["net_income"][name][2] for name in (*LINKED, OWN)])[_number(kinds)]
    received = np.round(net * paid / 1000).astype(np.int64) * 1000
    return Participation(
        household[at], operator, kinds, how, own, net, received, _rewards(county, year, household[at], net)
    )


def _number(kind: np.ndarray) -> np.ndarray:
    names = (*LINKED, OWN)
    return np.select([kind == name for name in names], list(range(len(names))))


def _operator_of(kind: np.ndarray, village: np.ndarray, draw: np.ndarray) -> np.ndarray:
    """Position in the list of operators; -1 for a household on its own. A village has its few operators."""
    found = np.full(len(kind), NONE)
    for name in LINKED:
        there = operators().of(name)
        mine = kind == name
        found[mine] = there[(village[mine] + (draw[mine] * 2).astype(np.int64)) % len(there)]
    return found


def choose_industry(kind: np.ndarray, operator: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """The operator's main industry, or what a household does on its own."""
    of_operator = operators().industry[np.maximum(operator, 0)]
    return np.where(kind == OWN, np.array([3, 8, 9])[(trait * 2.999).astype(np.int64)], of_operator)


def _net_income(county: County, year: int, kind: np.ndarray, household: np.ndarray) -> np.ndarray:
    given = calibration()["participation"]["net_income"]
    normal = generator(county.seed, "industry income", county.scale, year).normal(0, 1, len(county.register.village))
    middle, spread = (np.array([given[name][at] for name in (*LINKED, OWN)])[_number(kind)] for at in (0, 1))
    grown = middle * (1 + 0.06 * (year - 2020)) * np.exp(spread * normal[household])
    return np.asarray((np.round(grown / 10) * 1000).astype(np.int64))


def _rewards(county: County, year: int, household: np.ndarray, net: np.ndarray) -> np.ndarray:
    """Cents on the first line of each household: by the tier of all its industries, but for a few."""
    given = calibration()["participation"]
    tiers = given["reward_tiers"]
    first = np.zeros(len(household), bool)
    first[np.unique(household, return_index=True)[1]] = True
    total = np.bincount(household, weights=net, minlength=len(county.register.village))[household]
    rewards = np.array([0, *tiers["reward_cny"]]) * 100
    right = rewards[np.searchsorted(np.array(tiers["above_cny"]) * 100, total, side="left")]
    draw = generator(county.seed, "rewards", county.scale, year).random((2, len(county.register.village)))[:, household]
    right = np.where(draw[0] < given["unpaid_reward_share"][year], 0, right)
    undue = (draw[1] < given["undue_reward_share"]["value"]) & (right == 0)
    paid = np.where(first, np.where(undue, rewards[1], right), 0)
    if year not in given["rewarded"]:
        return paid
    # As many households as the report says, those with the largest income first.
    order = np.argsort(np.where(first, -total, 1), kind="stable")
    chosen = order[: half_even(given["rewarded"][year], county.scale)]
    exact = np.zeros(len(household), np.int64)
    exact[chosen] = np.maximum(rewards[np.searchsorted(np.array(tiers["above_cny"]) * 100, total[chosen])], rewards[1])
    return exact


def _dibao_action(county: County, household: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """Lines of households in the plan for dibao families that can work; as many as the report says, where it does."""
    printed = calibration()["participation"]["dibao_action_households"]
    if printed is None:
        return trait < 0.02
    every, first = np.unique(household, return_index=True)
    chosen = every[np.argsort(trait[first], kind="stable")[: half_even(printed, county.scale)]]
    return np.isin(household, chosen)


def participation_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per household, operator and industry of the year."""
    lines = participation(county, slot.year)
    known = np.ones(len(lines.household), bool)
    linked = lines.operator >= 0
    order = np.lexsort((_number(lines.kind), lines.household))
    trait = county.household_traits[:, lines.household]
    return pl.DataFrame(
        {
            "户编号": household_numbers(lines.household),
            "经营主体": choose([*operators().name, OWN], np.where(linked, lines.operator, len(operators().name))),
            "主体类型": pl.Series(lines.kind.tolist(), dtype=pl.String),
            "带动方式": choose(MODES, lines.mode),
            "产业类型": choose(INDUSTRIES, lines.industry),
            "年度": numbers(np.full(len(known), slot.year), known),
            "规模": tenths(0.5 + trait[10] * 9),
            "年收益（元）": yuan(lines.received, known),
            "当年产业纯收入（元）": yuan(lines.net, known),
            "奖补金额（元）": yuan(lines.reward, known),
            "是否低保对象帮扶": yes(_dibao_action(county, lines.household, trait[3])),
        }
    )[order]


def operators_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The list of operators as the office keeps it, with the households that they say they take along."""
    all_, place = operators(), villages()
    count = len(all_.name)
    rng = generator(county.seed, "operator list", county.scale, slot.index)
    lines = participation(county, 2020 if slot.month == 12 and slot.year == 2020 else 2019)
    linked = np.bincount(lines.operator[lines.operator >= 0], minlength=count)
    said = np.where(rng.random(count) < 0.1, linked + rng.integers(1, 4, count), linked)
    members = np.where(np.isin(all_.kind, (RELIEF, ENTERPRISE)), linked + 20 + rng.integers(0, 30, count), 0)
    total = half_even(calibration()["tobacco_members"]["value"], county.scale)
    members[all_.of(TOBACCO)] = apportion(np.arange(len(all_.of(TOBACCO))) + 9, total)
    shop = all_.kind == "扶贫车间"
    given = calibration()["operators"]["扶贫车间"]
    workers = np.where(shop, half_even(45, county.scale) + rng.integers(0, 6, count), 0)
    if "workers" in given:
        workers = np.zeros(count, np.int64)
        workers[shop] = apportion(1 + np.arange(int(shop.sum())) % 3, half_even(given["workers"], county.scale))
    level = weighted(rng.random(count), [0.05, 0.25, 0.7])
    recognised = month_days(month_index(2016, 1)) + (np.arange(count) * 97) % 1000
    reward = np.where(shop | (all_.kind == RELIEF), 2_000_000 + rng.integers(0, 8, count) * 100_000, 0)
    stopped = (rng.random(count) < 0.02) & (shop | (all_.kind == "示范基地"))
    known = np.ones(count, bool)
    first_code = int(calibration()["place"]["county_code"][:6]) * 1000
    return pl.DataFrame(
        {
            "主体名称": all_.name,
            "统一社会信用代码": "拟92" + (pl.Series(np.arange(count)) + first_code).cast(pl.String),
            "主体类别": all_.kind.tolist(),
            "认定级别": choose(["省级", "市级", "县级"], level),
            "主导产业": choose(INDUSTRIES, all_.industry),
            "所在乡镇": choose(place.townships, all_.village),
            "所在行政村": choose(place.short_names, all_.village),
            "运行状态": choose(["正常", "停产"], stopped.astype(np.int64)),
            "社员或职工人数": numbers(members, members > 0),
            "带动脱贫户数": numbers(said, known),
            "吸纳脱贫人口就业数": numbers(workers, shop),
            "人均月增收（元）": numbers(given["monthly_cny"] + rng.integers(0, 9, count) * 100, shop),
            "财政奖补金额（万元）": yuan(reward, known),
            "认定日期": day_texts(recognised, known),
            "area_code": choose(place.codes, all_.village),
            "_长名": choose(place.long_names, all_.village),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "industry_participation": participation_frame,
    "operators": operators_frame,
    **LOAN_FRAMES,
    **POST_FRAMES,
}
