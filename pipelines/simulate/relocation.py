"""Who was moved to a new home, where to, and what the ledgers of movers and settlements hold.

Belongs here: households and persons that moved, exact where the report is exact, and their two frames. Does not belong
here: how a department spells a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, shrunk, villages
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
)
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.households import HEAD, RELATIONS
from pipelines.simulate.register import DEATH, NEVER, month_days, month_index
from pipelines.simulate.workforce import NO_POST, NO_WORK, labour_of, posts_at, regions_at

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

_YEARS = (2016, 2017, 2018)
_TYPES = ("城区", "集镇", "中心村")
_REASONS = ("照顾家人", "身体原因", "正在找工作")


@dataclass(frozen=True)
class Movers:
    """Households that moved and their members at allocation, one array element each.

    ``household`` is the register's number, -1 for those who moved along; ``settlement`` is -1 where scattered;
    ``member_of`` gives each person's household by its place in the arrays.
    """

    household: np.ndarray
    head: np.ndarray
    village: np.ndarray
    size: np.ndarray
    year: np.ndarray
    settlement: np.ndarray
    traits: np.ndarray
    person: np.ndarray
    relation: np.ndarray
    member_of: np.ndarray


def fitted(size: np.ndarray, order: np.ndarray, count: int, total: int) -> np.ndarray:
    """Places of ``count`` households, the first in ``order`` as far as possible, with ``total`` members together.

    As near to the total as exchanges of one member can come: exact wherever there are households enough.
    """
    chosen = np.zeros(len(size), bool)
    chosen[order[:count]] = True
    while gap := total - int(size[chosen].sum()):
        step = 1 if gap > 0 else -1
        before = gap
        for each in np.unique(size[chosen]):
            leaving = order[chosen[order] & (size[order] == each)][::-1]
            coming = order[~chosen[order] & (size[order] == each + step)]
            swaps = min(len(leaving), len(coming), abs(gap))
            chosen[leaving[:swaps]], chosen[coming[:swaps]] = False, True
            gap -= step * swaps
        if gap == before:
            break
    return np.flatnonzero(chosen)


def mover_counts(scale: float) -> tuple[list[int], list[int], tuple[int, int]]:
    """Households and persons (registered, moved along) and the scattered households and persons at ``scale``."""
    given = calibration()["relocation"]
    households, persons, placed, placed_persons = (
        shrunk([count for name, count in given[key].items() if name not in ("status", "source")], scale).tolist()
        for key in ("households", "persons", "placed_households", "placed_persons")
    )
    return households, persons, (placed[0], placed_persons[0] if placed[0] else 0)


@lru_cache(maxsize=1)
def movers(county: County) -> Movers:
    """The movers of a county: registered households first, then those who moved along."""
    (registered, along), (persons, along_persons), (scattered, scattered_persons) = mover_counts(county.scale)
    rng = generator(county.seed, "movers", county.scale)
    own, own_size, own_year, own_person, own_relation, own_of = _registered(county, registered, persons)
    other, other_size, other_person, other_relation, other_of = _along(county, along, along_persons)
    count = len(own) + len(other)
    size = np.concatenate([own_size, other_size])
    year = np.concatenate([own_year, np.array(_YEARS)[weighted(rng.random(len(other)), list(_shares()))]])
    apart = fitted(own_size, np.argsort(own_size, kind="stable"), scattered, scattered_persons)
    settlements = calibration()["relocation"]["settlements"]["value"]
    weight = np.where(np.arange(settlements) < 4, 6.0, np.where(np.arange(settlements) < 13, 2.0, 1.0))
    settlement = rng.choice(settlements, count, p=weight / weight.sum())
    settlement[:settlements] = np.arange(settlements)[:count]
    settlement[apart] = NONE
    village = np.concatenate([county.register.village[own].astype(np.int64), _village_of_residents(county, other)])
    head = np.zeros(count, np.int64)
    person = np.concatenate([own_person, other_person])
    relation = np.concatenate([own_relation, other_relation])
    member_of = np.concatenate([own_of, other_of + len(own)])
    head[member_of[::-1]] = person[::-1]  # somebody, where the head of that time is not known
    head[member_of[relation == HEAD]] = person[relation == HEAD]
    household = np.concatenate([own, np.full(len(other), NONE)])
    return Movers(
        household, head, village, size, year, settlement, rng.random((8, count)), person, relation, member_of,
    )  # fmt: skip


def _shares() -> list[float]:
    return [calibration()["relocation"]["year_share"][year] for year in _YEARS]


def _registered(county: County, count: int, total: int) -> tuple[np.ndarray, ...]:
    """Registered households that stayed whole numbers of the register, with their members of the year of allocation."""
    register = county.register
    draw = generator(county.seed, "movers' years", county.scale).random(len(register.village))
    year = np.array(_YEARS)[weighted(draw, _shares())]
    size = np.zeros(len(register.village), np.int64)
    member, relation, of = [], [], []
    for each in _YEARS:
        snapshot = register.snapshots[month_index(each, 12)]
        here = year[snapshot.person_household] == each
        size += np.bincount(snapshot.person_household[here], minlength=len(size))
        member.append(snapshot.person[here].astype(np.int64))
        relation.append(snapshot.person_relation[here].astype(np.int64))
        of.append(snapshot.person_household[here].astype(np.int64))
    stays = (size > 0) & (register.gone == NEVER) & (register.parent == np.arange(len(size)))
    pool = np.flatnonzero(stays & (register.recognised <= month_index(2016, 12)))
    order = np.argsort(county.household_traits[7][pool], kind="stable")
    chosen = pool[fitted(size[pool], order, count, total)]
    place = np.full(len(size), NONE)
    place[chosen] = np.arange(len(chosen))
    of_, member_, relation_ = (np.concatenate(parts) for parts in (of, member, relation))
    kept = place[of_] >= 0
    return chosen, size[chosen], year[chosen], member_[kept], relation_[kept], place[of_[kept]]


def _along(county: County, count: int, total: int) -> tuple[np.ndarray, ...]:
    """Households outside the register, by the police file's number, and their members."""
    people = county.residents
    person = np.arange(len(people.village))
    here = (people.since <= BASE_MONTH - 48) & (people.until == NEVER) & (person >= county.registered_count)
    here &= ~villages().is_urban[people.village]
    size = np.bincount(people.household[here], minlength=int(people.household.max()) + 1)
    pool = np.flatnonzero((size > 1) & (size < 9))
    order = generator(county.seed, "moved along", county.scale).permutation(len(pool))
    chosen = pool[fitted(size[pool], order, count, total)]
    place = np.full(len(size), NONE)
    place[chosen] = np.arange(len(chosen))
    kept = np.flatnonzero(here & (place[people.household] >= 0))
    return chosen, size[chosen], kept, people.relation[kept].astype(np.int64), place[people.household[kept]]


def _village_of_residents(county: County, household: np.ndarray) -> np.ndarray:
    village = np.zeros(int(county.residents.household.max()) + 1, np.int64)
    village[county.residents.household] = county.residents.village
    found: np.ndarray = village[household]
    return found


def is_relocated(county: County, household: np.ndarray) -> np.ndarray:
    """True for households of the register that moved, or that split off from one which did."""
    moved = np.zeros(len(county.register.village), bool)
    own = movers(county).household
    moved[own[own >= 0]] = True
    found: np.ndarray = moved[county.register.parent[household]]
    return found


def _codes(settlement: np.ndarray) -> pl.Series:
    prefix = "AZ" + calibration()["place"]["county_code"][:6]
    codes = [f"{prefix}{number:03d}" for number in range(1, calibration()["relocation"]["settlements"]["value"] + 1)]
    return choose(codes, settlement)


def _names() -> list[str]:
    count = calibration()["relocation"]["settlements"]["value"]
    return [f"师宗县第{number}安置区（模拟）" for number in range(1, count + 1)]


def _work(county: County, slot: Slot, all_: Movers) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Per mover: whether able to work, and the region and post of the month; -1 without."""
    snapshot = county.register.snapshots[slot.index]
    count = len(county.birth_day)
    region, post = np.full(count, NO_WORK, np.int64), np.full(count, NO_POST, np.int64)
    region[snapshot.person] = regions_at(county, snapshot)
    post[snapshot.person] = posts_at(county, snapshot.person, slot.index)
    able = labour_of(county, all_.person, slot.index) <= 2
    outside = all_.person >= county.registered_count
    draw = county.traits[5][all_.person]
    theirs = np.where(able & (draw < 0.7), (county.traits[6][all_.person] * 2.999).astype(np.int64), NO_WORK)
    return able, np.where(outside, theirs, region[all_.person]), post[all_.person]


def relocation_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per person at allocation, in the order of village, household and person."""
    given, all_ = calibration()["relocation"], movers(county)
    texts, place, of = fixed_texts(county), villages(), all_.member_of
    able, region, post = _work(county, slot, all_)
    dead = np.zeros(len(county.birth_day), bool)
    register = county.register
    gone = (register.removed <= slot.index) & (register.removed_reason == DEATH)
    dead[: len(gone)] = gone
    dead = dead[all_.person]
    able, region, post = able & ~dead, np.where(dead, NO_WORK, region), np.where(dead, NO_POST, post)
    trait = county.traits[:, all_.person]
    near = region == 0
    workshop, own = near & (trait[11] < 0.25), near & (trait[11] > 0.85)
    idle = able & (region == NO_WORK) & (post == NO_POST)
    checks = generator(county.seed, "eligibility", county.scale, slot.index).random((2, len(all_.size)))
    results = {name: share for name, share in given["eligibility_share"].items() if name != "status"}
    result = weighted(checks[0], list(results.values()))
    checked = slot.index - np.where(checks[1] < given["rechecked_share"]["value"], 0, 1 + (checks[1] > 0.99))
    registered = all_.household >= 0
    large = all_.traits[0] < np.where(registered, given["too_large_share"]["value"], 0.3)
    area = all_.size * (18 + 7 * all_.traits[1]) + np.where(large, 8.0 * all_.size, 0)
    key_day = month_days(all_.year * 12 + 12).astype(np.int64) + (all_.traits[2] * 150).astype(np.int64)
    entry_day = key_day + 20 + (all_.traits[3] * 60).astype(np.int64)
    down = all_.traits[4] < given["demolished_share"][f"{slot.year}-{slot.month:02d}"]
    settled = all_.settlement[of]
    names = _names()
    always = np.ones(len(of), bool)
    order = np.lexsort((all_.person, of, all_.village[of]))
    works = ["在外务工（模拟）"]
    return pl.DataFrame(
        {
            "户编号": household_numbers(np.maximum(all_.household[of], 0)).set(pl.Series(~registered[of]), None),
            "搬迁人员身份证号": texts["identity"].gather(all_.person),
            "搬迁人员姓名": texts["name"].gather(all_.person),
            "户主身份证号": texts["identity"].gather(all_.head[of]),
            "户主": texts["name"].gather(all_.head[of]),
            "乡镇": choose(place.townships, all_.village[of]),
            "行政村": choose(place.short_names, all_.village[of]),
            "搬迁对象类型": choose(["同步搬迁", "建档立卡"], registered[of].astype(np.int64)),
            "与户主关系": choose(RELATIONS, all_.relation),
            "迁出地类型": choose(["深山石山", "生态脆弱", "地质灾害"], (all_.traits[5][of] * 2.999).astype(np.int64)),
            "迁入地": choose([*names, "分散安置"], np.where(settled < 0, len(names), settled)),
            "安置方式": choose(["分散安置", "集中安置"], (settled >= 0).astype(np.int64)),
            "安置点编码": _codes(settled),
            "安置点名称": choose(names, settled),
            "务工省外转移": choose(works, np.where(region == 2, 0, NONE)),
            "务工县外省内转移": choose(works, np.where(region == 1, 0, NONE)),
            "务工县内转移": choose(["县内企业（模拟）"], np.where(near & ~workshop & ~own, 0, NONE)),
            "社区工厂吸纳及就业扶贫基地带动": choose(["扶贫车间（模拟）"], np.where(workshop, 0, NONE)),
            "公益岗位": choose(["保洁员", "护林员"], post),
            "自主创业": choose(["个体经营"], np.where(own, 0, NONE)),
            "未就业原因": choose(_REASONS, np.where(idle, (trait[10] * 2.999).astype(np.int64), NONE)),
            "资格复核结果": choose(list(results), result[of]),
            "备注(新增或者死亡人员)": choose(["死亡"], np.where(dead, 0, NONE)),
            "家庭人口": numbers(all_.size[of], always),
            "年度搬迁任务": numbers(all_.year[of], always),
            "房屋面积": tenths(area[of]),
            "是否劳动力(是/否)": yes(able),
            "是否实际入住": yes(always),
            "是否拆旧复垦": yes(down[of]),
            "钥匙交付日期": day_texts(key_day[of]),
            "实际入住时间": day_texts(entry_day[of]),
            "资格复核年月": day_texts(month_days(checked[of])),
            "area_code": choose(place.codes, all_.village[of]),
            "_长名": choose(place.long_names, all_.village[of]),
        }
    )[order]  # fmt: skip


def settlement_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per settlement: what was planned is what moved in, and the posts offered there.

    Where the place's report names its settlements, those stand in the list with their printed numbers.
    """
    given, place = calibration()["relocation"], villages()
    if "named_settlements" in given:
        return _named_settlements(given["named_settlements"])
    all_ = movers(county)
    count = given["settlements"]["value"]
    number = np.arange(count)
    here = all_.settlement >= 0
    households = np.bincount(all_.settlement[here], minlength=count)
    persons = np.bincount(all_.settlement[here], weights=all_.size[here], minlength=count)
    able, _, _ = _work(county, slot, all_)
    at = all_.settlement[all_.member_of]
    labour = np.bincount(at[able & (at >= 0)], minlength=count)
    draw = generator(county.seed, "settlements").random((3, count))
    jobs = np.round(labour * given["jobs_per_labourer"]["value"] * (0.6 + 0.8 * draw[0]))
    kind = np.select([number < 4, number < 13], [0, 1], 2)
    towns = np.array(place.township_names)
    built = month_days(np.full(count, month_index(2017, 1))).astype(np.int64) + (draw[1] * 600).astype(np.int64)
    village = number % len(towns)
    always = np.ones(count, bool)
    return pl.DataFrame(
        {
            "安置点编码": _codes(number),
            "安置点名称": pl.Series(_names()),
            "乡镇": choose(towns.tolist(), village),
            "安置类型": choose(_TYPES, kind),
            "配套设施": choose(["学校;卫生室;社会服务中心", "卫生室;活动场所", "活动场所"], kind),
            "属地管理单位": choose([f"{name}（模拟）社区" for name in towns], np.where(draw[2] < 0.9, village, NONE)),
            "计划安置户数": numbers(households, always),
            "计划安置人数": numbers(persons, always),
            "扶贫车间数": numbers((draw[0] > 0.4) * (1 + (kind == 0)), always),
            "就业岗位数": numbers(jobs, always),
            "主体完工日期": day_texts(built),
            "配套完工日期": day_texts(built + 120 + (draw[2] * 150).astype(np.int64)),
            "area_code": choose(list(dict.fromkeys(place.township_codes)), village),
        }
    )  # fmt: skip


def _named_settlements(named: list[dict[str, Any]]) -> pl.DataFrame:
    """The settlements that a report names; their numbers are printed and do not shrink with the county."""
    towns = villages()
    number = np.arange(len(named))
    town = [towns.township_names.index(each["township"]) for each in named]
    codes = list(dict.fromkeys(towns.township_codes))
    prefix = "AZ" + calibration()["place"]["county_code"][:6]
    always = np.ones(len(named), bool)
    built = np.array([int(month_days(month_index(2017, 6)))] * len(named), dtype=np.int64)

    def whole(name: str) -> pl.Series:
        return numbers(np.array([each[name] for each in named], dtype=np.int64), always)

    return pl.DataFrame(
        {
            "安置点编码": choose([f"{prefix}{n + 1:03d}" for n in number], number),
            "安置点名称": choose([each["name"] for each in named], number),
            "乡镇": choose([each["township"] for each in named], number),
            "安置类型": choose(_TYPES, np.zeros(len(named), np.int64)),
            "配套设施": choose(["卫生室;活动场所"], np.zeros(len(named), np.int64)),
            "属地管理单位": choose([""], np.full(len(named), NONE)),
            "计划安置户数": whole("households"),
            "计划安置人数": whole("persons"),
            "扶贫车间数": whole("workshops"),
            "就业岗位数": whole("jobs"),
            "主体完工日期": day_texts(built),
            "配套完工日期": day_texts(built + 150),
            "area_code": choose([codes[at] for at in town], number),
        }
    )


def expected_relocation(county: County) -> dict[str, int]:
    """Households and persons that a correct warehouse finds in each of the ledgers."""
    all_ = movers(county)
    own = all_.household >= 0
    return {
        "households": len(all_.size),
        "persons": len(all_.person),
        "registered_households": int(own.sum()),
        "registered_persons": int(all_.size[own].sum()),
        "scattered_households": int((all_.settlement < 0).sum()),
        "settlements": calibration()["relocation"]["settlements"]["value"],
    }
