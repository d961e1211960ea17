"""What the files on social protection truly hold, in canonical text form.

Belongs here: the columns of dibao, tekun, temporary aid, special care, certificate holders. Does not belong here: who
is on which list (``assistance``, ``disability``), payments and measures (``benefits``), how a department spells a cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.assistance import CLASSES, COUNTED, GRADES, dibao, tekun
from pipelines.simulate.benefits import FORMS
from pipelines.simulate.benefits import FRAMES as BENEFIT_FRAMES
from pipelines.simulate.calibration import apportion, calibration, generator, half_even, shrunk, villages
from pipelines.simulate.columns import choose, day_texts, fixed_texts, months_text, numbers, weighted, yes, yuan
from pipelines.simulate.county import BASE_MONTH, DEAD, County
from pipelines.simulate.disability import holders
from pipelines.simulate.households import HEAD, RELATIONS
from pipelines.simulate.register import NEVER, month_days, month_index
from pipelines.simulate.workforce import age_at

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

KINDS = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_STEP_CENTS = 10_000  # aid is given in hundreds of yuan, but for one grant with what is left over


def dibao_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per supported person of the month, and those taken off the list since the quarter before."""
    given, all_, texts, place = calibration()["guarantees"], dibao(county), fixed_texts(county), villages()
    on_list = (all_.since <= slot.index) & (all_.until > slot.index)
    stopped = (all_.until <= slot.index) & (all_.until > slot.index - 3) & (all_.since < all_.until)
    at = np.flatnonzero(on_list | stopped)
    village = county.residents.village[all_.person[at]].astype(np.int64)
    order = np.lexsort((all_.person[at], all_.household[at], village))
    at, village = at[order], village[order]
    # One person is on the list once, whichever household asked for it.
    _, first = np.unique(all_.person[at], return_index=True)
    at, village = at[np.sort(first)], village[np.sort(first)]
    person, head, household = all_.person[at], all_.head[at], all_.household[at]
    active = np.isin(at, np.flatnonzero(on_list))
    size = np.bincount(household[active], minlength=int(household.max()) + 1)[household]
    size = np.maximum(size, 1)
    rate = np.array([given["month_cny"][name] for name in CLASSES])[all_.kind[at]]
    relation = county.residents.relation[person].astype(np.int64)
    count = len(at)
    return pl.DataFrame(
        {
            "所属年月": months_text(np.full(count, slot.index), np.ones(count, bool)),
            "乡镇": choose(place.townships, village),
            "行政村": choose(place.short_names, village),
            "户主姓名": texts["name"].gather(head),
            "身份证号": texts["identity"].gather(head),
            "低保类别": choose(CLASSES, all_.kind[at]),
            "保障人数": numbers(size, np.ones(count, bool)),
            "月保障金": yuan(rate * size * 100, np.ones(count, bool)),
            "享受起始月份": months_text(all_.since[at], np.ones(count, bool)),
            "家庭成员姓名": texts["name"].gather(person),
            "成员身份证号": texts["identity"].gather(person),
            "与户主关系": choose(RELATIONS, np.where(person == head, HEAD, relation)),
            "状态": choose(["停保", "在保"], active.astype(np.int64)),
            "停保日期": day_texts(month_days(np.where(active, slot.index, all_.until[at])), ~active),
            "area_code": choose(place.codes, village),
            "_长名": choose(place.long_names, village),
        }
    )


def tekun_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per tekun person of the month."""
    given, all_, texts = calibration()["guarantees"]["tekun_cny"], tekun(county), fixed_texts(county)
    at = all_.at(slot.index)
    person, count = all_.person[at], len(at)
    age, trait = age_at(county, person, slot.index), county.traits[7, person]
    care = weighted(trait, [0.72, 0.18, 0.1]) + ((age > 85) & (trait < 0.5))
    rate = np.array([given[name] for name in FORMS])[all_.kind[at]]
    return pl.DataFrame(
        {
            "所属年月": months_text(np.full(count, slot.index), np.ones(count, bool)),
            "姓名": texts["name"].gather(person),
            "身份证号": texts["identity"].gather(person),
            "供养方式": choose(FORMS, all_.kind[at]),
            "月供养金": yuan(rate * 100, np.ones(count, bool)),
            "护理等级": choose(["全自理", "半护理", "全护理"], np.minimum(care, 2)),
        }
    )


def aid_counts(scale: float) -> dict[int, tuple[int, int]]:
    """Person-times and cents of temporary aid to registered households by year; together the report's at scale 1."""
    given = calibration()["temporary_aid"]
    shares = {year: share for year, share in given["year_share"].items() if year != "status"}
    times = apportion(list(shares.values()), half_even(given["registered"]["person_times"], scale))
    cents = apportion(times, half_even(given["registered"]["ten_thousand_cny"] * 1_000_000, scale))
    return {year: (int(n), int(c)) for year, n, c in zip(shares, times, cents, strict=True)}


def aid_frame(county: County, slot: Slot) -> pl.DataFrame:
    """The grants of a year: to registered people exactly the calibrated number and sum, then to others."""
    given, texts, people = calibration()["temporary_aid"], fixed_texts(county), county.residents
    wanted, cents = aid_counts(county.scale)[slot.year]
    rng = generator(county.seed, "temporary aid", county.scale, slot.year)
    snapshot = county.register.snapshots[slot.index]
    others = np.arange(county.registered_count, len(county.birth_day))
    first = int(month_days(month_index(slot.year, 1)))
    others = others[(people.since[others] <= BASE_MONTH) & (county.birth_day[others] < first)]
    inside = _grants(snapshot.person.astype(np.int64), wanted, rng)
    outside = _grants(others, round(wanted * given["outside_share"]["value"]), rng)
    amounts = _aid_cents(inside[1], cents, rng), _aid_cents(outside[1], len(outside[0]) * 70_000, rng)
    person, times = (np.concatenate(pair) for pair in zip(inside, outside, strict=True))
    money = np.concatenate(amounts)
    day = first + rng.integers(0, 365, len(person))
    reasons = {name: share for name, share in given["reasons"].items() if name != "status"}
    reason = weighted(rng.random(len(person)), list(reasons.values()))
    medical = (reason == 0) & (rng.random(len(person)) < 0.25)
    order = np.lexsort((person, day))
    return pl.DataFrame(
        {
            "姓名": texts["name"].gather(person),
            "身份证号": texts["identity"].gather(person),
            "救助原因": choose(list(reasons), reason),
            "临时救助(人次)": numbers(times, np.ones(len(person), bool)),
            "临时救助金额（元）": yuan(money, np.ones(len(person), bool)),
            "民政医疗救助金额": yuan((1 + rng.integers(0, 60, len(person))) * _STEP_CENTS, medical),
            "救助时间": day_texts(day, np.ones(len(person), bool)),
        }
    )[order]


def _grants(pool: np.ndarray, wanted: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Persons, each once, and the person-times of their grants, ``wanted`` in all: some are for several of a family."""
    times = np.where(rng.random(wanted) < 0.92, 1, rng.integers(2, 5, wanted))
    reach = np.cumsum(times)
    kept = int(np.searchsorted(reach, wanted, side="left")) + 1 if wanted else 0
    times = times[:kept]
    if kept:
        times[-1] -= int(reach[kept - 1]) - wanted
    return rng.permutation(pool)[:kept], times


def _aid_cents(times: np.ndarray, total: int, rng: np.random.Generator) -> np.ndarray:
    if len(times) == 0:
        return np.zeros(0, np.int64)
    weight = np.exp(rng.normal(0, 0.45, len(times))) * (0.6 + 0.4 * times)
    cents = apportion(weight, total // _STEP_CENTS) * _STEP_CENTS
    cents[0] += total - int(cents.sum())
    return cents


def care_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per person of a special group who is cared for in the month."""
    given, texts, people = calibration()["special_care"], fixed_texts(county), county.residents
    rng = generator(county.seed, "special care", county.scale)
    person = np.arange(len(county.birth_day))
    rural = ~villages().is_urban[people.village]
    known = rural & (people.since <= BASE_MONTH)
    if "persons" in given:  # a printed number of December 2020: everybody of it lasts
        known &= people.until >= NEVER
    able = rng.permutation(np.flatnonzero(known))
    age, held = age_at(county, person, BASE_MONTH), np.isin(person, holders(county).person)
    fits = {
        "留守儿童": (age >= 3) & (age < 16),
        "留守老人": age >= 65,
        "重残": held,
        "失能": age >= 78,
        "半失能": age >= 70,
    }
    chosen: list[np.ndarray] = []
    kinds = [name for name in given["kinds"] if name != "status"]
    wanted = {name: half_even(given["kinds"][name], county.scale) for name in kinds}
    if "persons" in given:
        wanted = dict(zip(kinds, shrunk(list(map(given["kinds"].get, kinds)), county.scale), strict=True))
    free = np.ones(len(person), bool)
    for name in kinds:
        of_kind = able[fits.get(name, age >= 18)[able] & free[able]][: wanted[name]]
        free[of_kind] = False
        chosen.append(of_kind)
    kind = np.repeat(np.arange(len(kinds)), [len(part) for part in chosen])
    person = np.concatenate(chosen)
    draws = rng.random((5, len(person)))
    here = (people.until[person] > slot.index) & (draws[0] * 15 < slot.index - BASE_MONTH + 9)
    dependent = np.isin(kind, [kinds.index("失能")]) | (np.isin(kind, [kinds.index("重残")]) & (draws[1] < 0.35))
    half = np.isin(kind, [kinds.index("半失能")]) | (np.isin(kind, [kinds.index("重残")]) & ~dependent)
    duty = np.where(dependent, 7, np.where(half, 3, 1))
    below = generator(county.seed, "care", county.scale, slot.index).random(len(person))
    weekly = np.where(below < given["below_duty_share"]["value"], np.maximum(duty - 1, 0), duty + (draws[2] < 0.15))
    carer = texts["name"].gather((person * 7919 + 13) % len(county.birth_day))
    last = month_days(slot.index + 1) - 1 - (draws[3] * 7).astype(np.int64)
    all_ = np.ones(len(person), bool)
    frame = pl.DataFrame(
        {
            "姓名": texts["name"].gather(person),
            "身份证号": texts["identity"].gather(person),
            "特殊类型": choose(kinds, kind),
            "失能程度": choose(["自理", "半失能", "完全失能"], np.where(dependent, 2, half.astype(np.int64))),
            "看护模式": choose(["N+1", "1+1"], dependent.astype(np.int64)),
            "看护人": carer,
            "管护小组人数": numbers(2 + (draws[4] * 2).astype(np.int64), ~dependent),
            "是否公益岗看护": yes(dependent),
            "每周上门次数": numbers(weekly, all_),
            "本月上门次数": numbers(weekly * 4, all_),
            "任务清单完成数": numbers(weekly * 3 + 1, all_),
            "最近上门日期": day_texts(last, all_),
        }
    )
    return frame.filter(pl.Series(here))


def disabled_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per holder of a certificate."""
    all_, texts = holders(county), fixed_texts(county)
    at = all_.at(slot.index)
    person = all_.person[at]
    codes = choose(
        [f"{kind}{grade}" for kind in range(1, 8) for grade in range(1, 5)], all_.kind[at] * 4 + all_.grade[at]
    )
    year = 2005 + (county.traits[3, person] * 14).astype(np.int64)
    issued = month_days(year * 12) + (county.traits[1, person] * 330).astype(np.int64)
    return pl.DataFrame(
        {
            "姓名": texts["name"].gather(person),
            "身份证号": texts["identity"].gather(person),
            "残疾证号": texts["identity"].gather(person) + codes,
            "残疾类别": choose(KINDS, all_.kind[at]),
            "残疾等级": choose([*GRADES, "未定级"], np.where(all_.ungraded[at], len(GRADES), all_.grade[at])),
            "发证日期": day_texts(issued, np.ones(len(at), bool)),
            "是否享受困难残疾人生活补贴": yes(all_.living_since[at] <= slot.index),
            "是否享受重度残疾人护理补贴": yes(all_.nursing_since[at] <= slot.index),
        }
    )


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {
    "dibao": dibao_frame,
    "tekun": tekun_frame,
    "temporary_aid": aid_frame,
    "special_care": care_frame,
    "disabled": disabled_frame,
    **BENEFIT_FRAMES,
}


def expected_social(county: County) -> dict[str, Any]:
    """What a correct warehouse finds: the overlap with the register and the disability subsidies of October 2020."""
    snapshot, all_ = county.register.snapshots[COUNTED], holders(county)
    lists = [supported.person[supported.at(COUNTED)] for supported in (dibao(county), tekun(county))]
    both = np.isin(snapshot.person, np.concatenate(lists))
    at = all_.at(COUNTED)
    subsidies = sum(int((since[at] <= COUNTED).sum()) for since in (all_.living_since, all_.nursing_since))
    aid = aid_counts(county.scale)
    dead = int(((county.residents.ending == DEAD) & np.isin(np.arange(len(county.sex)), lists[0])).sum())
    return {
        "supported_registered_persons": int(both.sum()),
        "supported_registered_households": len(np.unique(snapshot.person_household[both])),
        "dibao_persons": len(np.unique(lists[0])),
        "dibao_persons_who_die_in_2020": dead,
        "tekun_persons": len(lists[1]),
        "disability_subsidies": subsidies,
        "registered_aid_times": sum(times for times, _ in aid.values()),
        "registered_aid_cny": f"{sum(cents for _, cents in aid.values()) / 100:.2f}",
    }
