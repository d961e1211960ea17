"""What the registers of operators, of households in industries, of sales and of villages' projects truly hold.

Belongs here: who takes whom along in which industry, what was sold, what villages' own economy earned. Does not belong
here: loans (``loans``), posts, plans and firms (``posts``), how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, villages
from pipelines.simulate.columns import NONE, choose, household_numbers, months_text, numbers, tenths, weighted, yes
from pipelines.simulate.county import County
from pipelines.simulate.homes import day_texts, yuan
from pipelines.simulate.households import with_total
from pipelines.simulate.loans import FRAMES as LOAN_FRAMES
from pipelines.simulate.places import per_unit
from pipelines.simulate.posts import FRAMES as POST_FRAMES
from pipelines.simulate.register import month_days, month_index
from pipelines.simulate.villagestatistics import collective_incomes
from pipelines.simulate.work import WORKSHOP

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

ENTERPRISE, TOBACCO, RELIEF, OWN = "龙头企业", "合作社", "产业扶贫合作社", "自主发展"
LINKED = (RELIEF, TOBACCO, ENTERPRISE)
INDUSTRIES = ("热区水果", "中药材", "菌类", "生猪", "肉牛", "乳鸽", "烤烟", "蔬菜", "玉米", "土鸡")
MODES = ("订单收购", "入股分红", "务工带动", "代种代养", "自主发展")
CHANNELS = ("线上", "集市", "专柜", "单位采购")
COLLECTIVE_MODES = ("光伏", "入股分红", "土地流转", "产业经营", "车间出租")
PRODUCTS = ("火腿", "魔芋", "生姜", "薏仁", "菌干", "蜂蜜", "水果", "腊肉", "茶叶", "土鸡蛋")
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


@lru_cache(maxsize=1)
def _sales(county: County) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Product, channel, month from 1 and cents of each line of 2020; they add up to the printed sum."""
    given = calibration()["product_sales"]
    rng = generator(county.seed, "sales", county.scale)
    count = given["products"]["value"]
    product = np.repeat(np.arange(count), 24)
    month = np.tile(np.repeat(np.arange(1, 13), 2), count)
    channel = (product + np.tile([0, 1], count * 12) * (1 + product % 3)) % len(CHANNELS)
    size = np.exp(rng.normal(0, 0.9, count))[product]
    weight = size * np.array(given["month_weights"]["values"])[month - 1] * rng.uniform(0.5, 1.5, len(product))
    return product, channel, month, _sales_cents(weight, channel, county.scale)


def _sales_cents(weight: np.ndarray, channel: np.ndarray, scale: float) -> np.ndarray:
    """Cents of each line: the printed sum, and of the channels that the report prints apart their own."""
    given = calibration()["product_sales"]
    left = half_even(given["sales_cny"]["value"] * 100, scale)
    cents = np.zeros(len(weight), np.int64)
    rest = np.ones(len(weight), bool)
    for name, printed in given["channel_cny"].items():
        here = channel == CHANNELS.index(name)
        own = half_even(printed * 100, scale)
        cents[here] = apportion(weight[here], own)
        left, rest = left - own, rest & ~here
    cents[rest] = apportion(weight[rest], left)
    return cents


def sales_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The sales of the months since the file before: January, February to June, July to December."""
    given, place, all_ = calibration()["product_sales"], villages(), operators()
    product, channel, month, cents = _sales(county)
    first = {1: 1, 6: 2, 12: 7}[slot.month]
    at = np.flatnonzero((month >= first) & (month <= slot.month))
    product, channel, month, cents = product[at], channel[at], month[at], cents[at]
    count = given["products"]["value"]
    seller = np.concatenate([all_.of(RELIEF)[:25], all_.of(ENTERPRISE)[:8]])[: given["suppliers"]["value"]]
    supplier = seller[product % len(seller)]
    rng = generator(county.seed, "products", county.scale)
    value = apportion(rng.uniform(0.4, 2, count), half_even(given["recognised_value_cny"]["value"] * 100, county.scale))
    persons = apportion(rng.uniform(0.5, 2, count), half_even(given["linked_persons"]["value"], county.scale))
    known = np.ones(len(at), bool)
    recognised = month_days(month_index(2019, 6)) + np.arange(count) % 200
    event = pl.Series(np.where(channel == 1, month, NONE)).cast(pl.String)
    return pl.DataFrame(
        {
            "产品编号": "CP" + (pl.Series(product) + 1001).cast(pl.String),
            "产品名称": choose([f"{name}（模拟）" for name in PRODUCTS], product % len(PRODUCTS)),
            "供应主体": choose(all_.name, supplier),
            "供应主体所在乡镇": choose(place.townships, all_.village[supplier]),
            "销售渠道": choose(CHANNELS, channel),
            "活动编号": ("JS2020" + event.str.zfill(2)).set(pl.Series(channel != 1), None),
            "带动脱贫户数": numbers(persons[product] // 4, known),
            "带动脱贫人口数": numbers(persons[product], known),
            "认定价值（万元）": yuan(value[product], known),
            "销售额（万元）": yuan(cents, known),
            "认定日期": day_texts(recognised[product], known),
            "月份": months_text(month_index(2020, 1) + month - 1, known),
            "area_code": choose(place.township_codes, all_.village[supplier]),
        }
    )


def printed_collective_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per project where the report counts the projects, who joined them and what they brought in all."""
    given, place = calibration()["collective_projects"], villages()
    mode = np.repeat([COLLECTIVE_MODES.index(name) for name in given["projects"]], list(given["projects"].values()))
    count = len(mode)
    village = np.flatnonzero(place.is_listed)[np.arange(count) % int(place.is_listed.sum())]
    weight = 1 + (np.arange(count) * 7 % 5) / 4
    joined = {name: apportion(weight, half_even(total, county.scale)) for name, total in given["joined"].items()}
    surplus = apportion(weight, half_even(given["yield_cny"] * 100, county.scale))
    cost = (surplus * given["cost_share"]["value"]).astype(np.int64)
    handed = (surplus * given["distributed_share"]["value"]).astype(np.int64)
    return _collective_rows(slot, (village, mode), joined, (surplus + cost, cost, surplus, handed))


def collective_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per village and project of its own economy; most villages' sums are those of their register."""
    given, place = calibration()["collective_projects"], villages()
    if given["projects"]:
        return printed_collective_frame(county, slot)
    rng = generator(0, "collective", slot.year)
    income = np.round(collective_incomes(slot.year) * 100).astype(np.int64)
    differs = rng.random(len(income)) < given["other_than_register_share"]["value"]
    income = np.where(differs, income * 9 // 10, income)
    projects = 1 + (rng.random(len(income)) * 2.6).astype(np.int64)
    village = np.repeat(np.arange(len(income)), projects)
    turn = np.arange(len(village)) - np.repeat(np.cumsum(projects) - projects, projects)
    share = income[village] // projects[village]
    cents = np.where(turn == 0, income[village] - share * (projects[village] - 1), share)
    cost = (cents * given["cost_share"]["value"] * rng.uniform(0.6, 1.4, len(cents))).astype(np.int64)
    surplus = cents - cost
    handed = (surplus * given["distributed_share"]["value"] * (rng.random(len(cents)) < 0.85)).astype(np.int64)
    mode = (village + turn * 2) % len(COLLECTIVE_MODES)
    poor = np.bincount(
        county.register.snapshots[month_index(slot.year, 12)].household_village, minlength=len(place.codes)
    )
    joined_poor = poor[village] // (2 * projects[village])
    joined = joined_poor * 3 + half_even(60, county.scale)
    people = {
        "households": joined,
        "persons": joined * 4,
        "poor_households": joined_poor,
        "poor_persons": joined_poor * 4,
    }
    return _collective_rows(slot, (village, mode), people, (cents, cost, surplus, handed))


def _collective_rows(
    slot: Slot, projects: tuple[np.ndarray, np.ndarray], joined: dict[str, np.ndarray], money: tuple[np.ndarray, ...]
) -> pl.DataFrame:
    """The ledger's columns; ``projects`` are village and mode, ``money`` income, cost, yield, distributed in cents."""
    (village, mode), place = projects, villages()
    known = np.ones(len(village), bool)
    names = [f"村级{name}项目" for name in COLLECTIVE_MODES]
    return pl.DataFrame(
        {
            "行政区划代码": choose(place.codes, village),
            "项目名称": choose(names, mode),
            "经营方式": choose(COLLECTIVE_MODES, mode),
            "合作社名称": choose(place.short_names, village) + "集体经济合作社（模拟）",
            "年度": numbers(np.full(len(village), slot.year), known),
            "参与农户数": numbers(joined["households"], known),
            "参与人口数": numbers(joined["persons"], known),
            "参与脱贫户数": numbers(joined["poor_households"], known),
            "参与脱贫人口数": numbers(joined["poor_persons"], known),
            "年收入（万元）": yuan(money[0], known),
            "年支出（万元）": yuan(money[1], known),
            "收益金额（万元）": yuan(money[2], known),
            "分配到户金额（万元）": yuan(money[3], known),
            "area_code": choose(place.codes, village),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "industry_participation": participation_frame,
    "operators": operators_frame,
    "product_sales": sales_frame,
    "collective_economy": collective_frame,
    **LOAN_FRAMES,
    **POST_FRAMES,
}
