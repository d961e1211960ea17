"""Who helps whom: cadres paired with registered households, residents of village teams, and their tests.

Belongs here: who is paired and posted from when to when, and the frames of the organisation department. Does not
belong here: what they do on visits (``visiting``), what inspectors find (``oversight``), spelling.
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
)
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.places import FIRST_PLACE, unit
from pipelines.simulate.policies import without_policies
from pipelines.simulate.register import NEVER, month_days, month_index
from pipelines.simulate.workforce import age_at

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

UNIT_LEVELS = ("省级", "市级", "县级", "乡级")
_POSTS = ("科员", "副主任科员", "主任", "教师", "站长", "职工")
_HELP = ("产业帮扶", "就业帮扶", "健康帮扶", "教育帮扶", "政策宣传与人居环境")


@dataclass(frozen=True)
class Pairing:
    """Every spell of pairing: household, person who helps, first day, last day (``NEVER`` while it lasts)."""

    household: np.ndarray
    cadre: np.ndarray
    started: np.ndarray
    ended: np.ndarray


def last_pairing() -> int:
    """The month of the printed numbers of cadres and households, from year 0."""
    year, _, month = calibration()["help"]["counted_month"].partition("-")
    return month_index(int(year), int(month))


def cadre_numbers(person: np.ndarray) -> pl.Series:
    """A cadre's number, the same in every feed; outside the first county it begins with the place's own digits."""
    own = "" if unit() == FIRST_PLACE else calibration()["place"]["county_code"][2:6]
    return f"GB{own}" + pl.Series(person.astype(np.int64)).cast(pl.String).str.zfill(8)


@lru_cache(maxsize=1)
def cadre_pool(county: County) -> np.ndarray:
    """Adults below 60 outside the register who live here throughout 2020, in an order of their own."""
    people = county.residents
    person = np.arange(len(people.village))
    age = age_at(county, person, BASE_MONTH)
    fit = (age >= 22) & (age < 59) & (person >= county.registered_count)
    here = (people.since <= BASE_MONTH) & (people.until >= NEVER)
    rng = generator(county.seed, "cadres", county.scale)
    return np.asarray(rng.permutation(person[fit & here]))


@lru_cache(maxsize=1)
def pairings(county: County) -> Pairing:
    """All spells of 2018 to 2020; in the month of the figures exactly the printed cadres, and every household.

    Where some households no longer receive policies, the others alone are paired.
    """
    given = calibration()["help"]
    rng = generator(county.seed, "pairing", county.scale)
    snapshot, last_month = county.register.snapshots[last_pairing()], last_pairing()
    order = np.lexsort((snapshot.household, snapshot.household_village))
    listed = snapshot.household[order].astype(np.int64)
    household = listed[~without_policies(county)[listed]]
    count, cadres = len(household), half_even(given["paired_cadres"]["value"], county.scale)
    weights = np.exp(rng.normal(0, given["household_spread"]["value"], cadres))
    slot = np.repeat(np.arange(cadres), 1 + apportion(weights, count - cadres))
    pool = cadre_pool(county)
    now = pool[:cadres]
    changed = np.flatnonzero(rng.random(cadres) < given["changed_share"]["value"])
    before = now.copy()
    before[changed] = pool[cadres : cadres + len(changed)]
    start = int(month_days(month_index(2018, 3))) + rng.integers(0, 400, cadres)
    handed = int(month_days(month_index(2020, 3))) + rng.integers(0, 220, cadres)
    is_new = np.isin(slot, changed)
    first = Pairing(household, before[slot], start[slot], np.where(is_new, handed[slot] - 1, NEVER))
    second = Pairing(household[is_new], now[slot[is_new]], handed[slot[is_new]], np.full(int(is_new.sum()), NEVER))
    # Households that left the register before that month were helped by the neighbours' cadre until then.
    gone = np.setdiff1d(county.register.snapshots[month_index(2020, 1)].household.astype(np.int64), listed)
    near = np.clip(np.searchsorted(household, gone), 0, count - 1) if count else gone
    last = month_days(np.minimum(county.register.gone[gone], last_month + 1)).astype(np.int64) - 1
    third = Pairing(gone, before[slot[near]], start[slot[near]], last)
    parts = (first, second, third)
    names = ("household", "cadre", "started", "ended")
    return Pairing(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def unit_levels_of(person: np.ndarray) -> np.ndarray:
    """Index into ``UNIT_LEVELS`` of the unit that a cadre comes from."""
    return weighted((person * 7919 % 1000) / 1000, [0.01, 0.05, 0.5, 0.44])


def sick_cadres(county: County) -> np.ndarray:
    """Paired persons who are on long sick leave in 2020."""
    share = calibration()["help"]["sick_share"]["value"]
    people = np.unique(pairings(county).cadre)
    return np.asarray(people[generator(county.seed, "sick", county.scale).random(len(people)) < share])


def pairing_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Spells that began by the end of the slot's month, ended ones of the year among them."""
    all_, last = pairings(county), int(month_days(slot.index + 1)) - 1
    known = all_.started <= last
    if slot.index < last_pairing():
        share = calibration()["help"]["unpaired_in_january_share"]["value"]
        known &= county.household_traits[3][all_.household] >= share
    at = np.flatnonzero(known)
    household, person, count = all_.household[at], all_.cadre[at], len(at)
    texts, level = fixed_texts(county), unit_levels_of(person)
    sick = np.isin(person, sick_cadres(county))
    everyone = np.ones(count, bool)
    return pl.DataFrame(
        {
            "结对编号": "JD" + pl.Series(at + 10_000_000).cast(pl.String),
            "户编号": household_numbers(household),
            "干部编号": cadre_numbers(person),
            "姓名": texts["name"].gather(person),
            "证件号码": texts["identity"].gather(person),
            "政治面貌": choose(["中共党员", "群众"], (person % 10 > 6).astype(np.int64)),
            "所在单位": unit_names(person * 31 % 135),
            "职务": choose(_POSTS, person % len(_POSTS)),
            "单位隶属关系": choose(UNIT_LEVELS, level),
            "责任人级别": choose(["第一责任人", "第二责任人"], (person % 9 > 0).astype(np.int64)),
            "帮扶内容": choose(_HELP, household % len(_HELP)),
            "联系电话": texts["phone"].gather(person),
            "开始帮扶时间": day_texts(all_.started[at], everyone),
            "结束帮扶时间": day_texts(np.minimum(all_.ended[at], last), all_.ended[at] <= last),
            "在岗状态": choose(["在岗", "长期病假"], sick.astype(np.int64)),
        }
    )


def unit_names(index: np.ndarray) -> pl.Series:
    """Names of the units that send or pair cadres; empty for -1."""
    return choose([f"师宗县帮扶单位{n:03d}（模拟）" for n in range(1, 136)], index)


def support_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Terms of residents, a year each, of the leaders in charge of a village, and of grid workers if any."""
    given = calibration()["help"]
    # A team in every village, led by a first secretary, unless the place says how many there are.
    every = {"value": len(villages().codes)}
    terms, village_count = given["resident_terms"]["value"], given.get("teamed_villages", every)["value"]
    secretaries = given.get("first_secretaries", every)["value"]
    first_year, years, grid = given["first_team_year"], given["team_years"], given["grid_workers"]["value"]
    size = apportion(np.ones(village_count * years), terms)
    if given["residents_a_year"]:  # teams of some villages, and as many residents in each year
        village_count = given["teams"]["value"]
        size = np.tile(apportion(np.ones(village_count), given["residents_a_year"]), years)
        terms = int(size.sum())
    cell = np.repeat(np.arange(len(size)), size)
    member = np.arange(terms) - np.repeat(np.cumsum(size) - size, size)
    year, village = cell // village_count, cell % village_count
    pool = cadre_pool(county)
    person = pool[::-1][np.arange(terms) % len(pool)]
    sender = np.arange(terms) % given["sending_units"]["value"]
    levels = [given["unit_levels"][name] for name in UNIT_LEVELS]
    others = 2 * village_count + grid
    leader = pool[::-1][(terms + np.arange(others)) % len(pool)]
    # Two leaders a village: the one in charge and the head of its work group; their unit is the county's.
    village = np.concatenate([village, np.arange(others) % village_count])
    role = np.concatenate(
        [_roles(member, cell % village_count < secretaries), np.minimum(np.arange(others) // village_count, 2)]
    )
    role[terms + 2 * village_count :] = 5
    person, year = np.concatenate([person, leader]), np.concatenate([year, np.zeros(others, np.int64)])
    sender = np.concatenate([sender, np.full(others, NONE)])
    resident = sender != NONE
    start = month_days((first_year + year) * 12 + 2).astype(np.int64)
    end = np.where(resident & (year < years - 1), month_days((first_year + 1 + year) * 12 + 2) - 1, NEVER)
    last = int(month_days(slot.index + 1)) - 1
    at = np.flatnonzero(start <= last)
    at = at[np.lexsort((start[at], village[at]))]
    person, serving = person[at], resident[at] & (end[at] > last)
    rng = generator(county.seed, "present days", slot.index)
    level = np.where(resident, np.repeat(np.arange(4), levels)[np.maximum(sender, 0)], 2)[at]
    teams = [f"GZD-{given['team_prefix']}{n:03d}" for n in range(1, village_count + 1)]
    codes = _helped_villages(village_count)
    return pl.DataFrame(
        {
            "行政区划代码": choose(codes, village[at]),
            "角色": choose(["包村领导", "工作组长", *given["team_roles"], "网格员"], role[at]),
            "干部编号": cadre_numbers(person),
            "姓名": fixed_texts(county)["name"].gather(person),
            "派出单位": choose(
                [*(f"师宗县帮扶单位{n:03d}（模拟）" for n in range(1, 136)), "师宗县领导（模拟）"],
                np.where(sender[at] == NONE, 135, sender[at]),
            ),
            "单位级别": choose(UNIT_LEVELS, level),
            "工作队编号": choose(teams, np.where(resident[at], village[at], NONE)),
            "开始日期": day_texts(start[at], np.ones(len(at), bool)),
            "结束日期": day_texts(np.minimum(end[at], last), end[at] <= last),
            "当月在岗天数": numbers(np.clip(rng.normal(22, 2.5, len(at)), 8, 31), serving),
            "年度考核等次": choose(["优秀", "称职"], np.where(resident[at] & ~serving, person % 5 > 0, NONE)),
            "area_code": choose(codes, village[at]),
        }
    )  # fmt: skip


def _roles(member: np.ndarray, has_secretary: np.ndarray) -> np.ndarray:
    """Index of the role by the place in the team: a first secretary where one is sent, a leader, members."""
    led_by = np.where(has_secretary, 2, 3)
    return np.where(member == 0, led_by, np.where((member == 1) & has_secretary, 3, 4))


def _helped_villages(count: int) -> list[str]:
    """The codes of ``count`` villages with a team: those that were listed first, in the order of their codes."""
    place = villages()
    first = np.argsort(~place.is_listed, kind="stable")[:count]
    return [place.codes[index] for index in np.sort(first)]


def tests_frame(county: County, slot: Slot) -> pl.DataFrame:
    """A test of everybody who is paired at the end of the slot's month; some do not take part."""
    given: dict[str, Any] = calibration()["visits"]["study"]
    all_, last = pairings(county), int(month_days(slot.index + 1)) - 1
    person = np.unique(all_.cadre[(all_.started <= last) & (all_.ended > last)])
    rng = generator(county.seed, "study tests", county.scale, slot.index)
    person = person[rng.random(len(person)) < given["takes_part"]]
    score = np.clip(np.round(rng.normal(given["mean"], given["spread"], len(person)) * 2) / 2, 20, 100)
    passed = score >= given["pass_mark"]
    round_ = f"{slot.year}{slot.month:02d}"
    return pl.DataFrame(
        {
            "干部编号": cadre_numbers(person),
            "测试期次": choose([round_], np.zeros(len(person), np.int64)),
            "学习时长": numbers(20 + score * rng.random(len(person)), np.ones(len(person), bool)),
            "得分": tenths(score),
            "是否合格": choose(["否", "是"], passed.astype(np.int64)),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "pairing": pairing_frame,
    "village_support": support_frame,
    "study_tests": tests_frame,
}
