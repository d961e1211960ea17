"""Visits of cadres at households: those uploaded from phones and the ledger, with the few that cannot be true.

Belongs here: who visits whom when and where, the frames of both feeds. Does not belong here: who is paired
(``helpers``), what counts as impossible (the warehouse's thresholds).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from pipelines.simulate.calibration import calibration, generator, villages
from pipelines.simulate.columns import NONE, choose, day_texts, fixed_texts, household_numbers, numbers, weighted
from pipelines.simulate.county import County
from pipelines.simulate.helpers import cadre_numbers, cadre_pool, pairings, sick_cadres
from pipelines.simulate.register import month_days

if TYPE_CHECKING:
    from pipelines.simulate.frames import Slot

PROBLEMS = ("饮水", "住房", "家庭环境", "就学", "医疗", "就业", "其他")
_TOPICS = ("收入核实", "政策宣传", "人居环境", "务工就业", "健康状况", "产业发展")
_DAY = 24 * 60  # times are minutes since 1970-01-01
_CROWD = 18


@dataclass(frozen=True)
class Visits:
    """Visits of a month: person, household, minute of the visit and of its upload, place in degrees."""

    cadre: np.ndarray
    household: np.ndarray
    minute: np.ndarray
    uploaded: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray


def phone_visits(county: County, slot: Slot) -> Visits:
    """The visits of the slot's month: weekly ones, with those that cannot be true among them."""
    given: dict[str, Any] = calibration()["visits"]
    rng = generator(county.seed, "phone visits", county.scale, slot.index)
    cadre, household, start = _wanted(county, slot, rng)
    first, days = int(month_days(slot.index)), int(month_days(slot.index + 1) - month_days(slot.index))
    # Visit k of a cadre lies in week k of the month, on the week's workdays as people find time.
    day = first + np.minimum(start * 7 + rng.integers(0, 7, len(cadre)), days - 1)
    minute = day * _DAY + 8 * 60 + (rng.random(len(cadre)) * 10.5 * 60).astype(np.int64)
    minute = _apart(cadre, minute)
    uploaded = minute + rng.integers(2, 10 * 60, len(cadre))
    longitude, latitude = _places(county, household)
    visits = Visits(cadre, household, minute, uploaded, longitude, latitude)
    visits = _impossible(visits, given["wrong"], rng)
    extra = _crowded(county, slot, given["wrong"], rng)
    parts = (visits, extra)
    names = ("cadre", "household", "minute", "uploaded", "longitude", "latitude")
    return Visits(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _wanted(county: County, slot: Slot, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cadre, household and number in the month of each visit; a cadre goes round the own households."""
    shares: dict[str, Any] = calibration()["visits"]["monthly_visits"]
    all_, last = pairings(county), int(month_days(slot.index + 1)) - 1
    now = (all_.started <= last) & (all_.ended > last)
    order = np.lexsort((all_.household[now], all_.cadre[now]))
    cadre, household = all_.cadre[now][order], all_.household[now][order]
    people, first, size = np.unique(cadre, return_index=True, return_counts=True)
    kind = weighted(rng.random(len(people)), [shares[name] for name in ("none", "few", "weekly", "more")])
    count = np.select([kind == 0, kind == 1, kind == 2], [0, rng.integers(1, 4, len(people)), 4], 5)
    count[np.isin(people, sick_cadres(county))] = 0
    who = np.repeat(np.arange(len(people)), count)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(count) - count, count)
    return people[who], household[first[who] + (turn + slot.index) % size[who]], turn


def _apart(cadre: np.ndarray, minute: np.ndarray) -> np.ndarray:
    """Times of one cadre at least an hour and a half apart, so that none is too fast by chance."""
    order = np.lexsort((minute, cadre))
    who, when = cadre[order], minute[order]
    same = np.concatenate([[False], who[1:] == who[:-1]])
    near = same & (np.diff(when, prepend=0) < 90)
    moved = minute.copy()
    moved[order] = np.where(near, np.minimum(when + 120, when // _DAY * _DAY + 21 * 60), when)
    return moved


def _places(county: County, household: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Degrees of each household: about a kilometre around its village, the villages within the county."""
    bounds = calibration()["visits"]["bounds"]
    rng = generator(county.seed, "places of villages")
    count = len(villages().codes)
    east = bounds["west"] + (bounds["east"] - bounds["west"]) * rng.random(count)
    north = bounds["south"] + (bounds["north"] - bounds["south"]) * rng.random(count)
    village, trait = county.register.village[household], county.household_traits
    return east[village] + (trait[4][household] - 0.5) / 50, north[village] + (trait[5][household] - 0.5) / 50


def _impossible(visits: Visits, wrong: dict[str, Any], rng: np.random.Generator) -> Visits:
    """By night, uploaded late or before the visit, far away, or at two far places within minutes."""
    count = len(visits.cadre)
    draw = rng.random(count) * 1000
    edges = np.cumsum([wrong[name] for name in ("night", "late", "before", "far")])
    kind = np.searchsorted(edges, draw, side="right")
    day = visits.minute // _DAY * _DAY
    minute = np.where(kind == 0, day + 2 * 60 + rng.integers(0, 90, count), visits.minute)
    late = minute + (9 + rng.integers(0, 12, count)) * _DAY
    uploaded = np.select([kind == 1, kind == 2], [late, minute - 300], minute + (visits.uploaded - visits.minute))
    longitude = np.where(kind == 3, visits.longitude + 2.5, visits.longitude)
    racing = rng.random(count) * 1000 < wrong["racing_cadres"] / 3
    # A few are repeated five minutes later half a degree away: nobody drives that fast.
    again = np.flatnonzero(racing & (kind == 4))
    moved = replace(visits, minute=minute, uploaded=uploaded, longitude=longitude)
    names = ("cadre", "household", "minute", "uploaded", "longitude", "latitude")
    copies = {name: np.concatenate([getattr(moved, name), getattr(moved, name)[again]]) for name in names}
    copies["minute"][count:] += 5
    copies["uploaded"][count:] += 5
    middle = np.median(visits.longitude) if count else 0.0
    copies["longitude"][count:] += np.where(copies["longitude"][count:] > middle, -0.35, 0.35)
    return Visits(**copies)


def _crowded(county: County, slot: Slot, wrong: dict[str, Any], rng: np.random.Generator) -> Visits:
    """One day of a few cadres on which they claim to have seen many households of a village."""
    snapshot = county.register.snapshots[slot.index]
    all_, last = pairings(county), int(month_days(slot.index + 1)) - 1
    people = np.unique(all_.cadre[(all_.started <= last) & (all_.ended > last)])
    chosen = rng.permutation(people)[: max(1, round(len(people) * wrong["crowded_cadres"] / 1000))]
    order = snapshot.household[np.argsort(snapshot.household_village, kind="stable")].astype(np.int64)
    begin = rng.integers(0, max(1, len(order) - _CROWD), len(chosen))
    household = order[(begin[:, np.newaxis] + np.arange(_CROWD)) % len(order)].ravel()
    cadre = np.repeat(chosen, _CROWD)
    day = int(month_days(slot.index)) + 3 + rng.integers(0, 20, len(chosen))
    minute = np.repeat(day, _CROWD) * _DAY + 8 * 60 + np.tile(np.arange(_CROWD) * 30, len(chosen))
    longitude, latitude = _places(county, household)
    # All at the first household's door.
    home = np.repeat(np.arange(len(chosen)) * _CROWD, _CROWD)
    return Visits(cadre, household, minute, minute + 20, longitude[home], latitude[home])


def _times(minute: np.ndarray) -> pl.Series:
    return pl.Series(minute * 60_000_000).cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H:%M:00+08:00")


def _degrees(values: np.ndarray) -> pl.Series:
    whole, rest = np.divmod(np.round(values * 100_000).astype(np.int64), 100_000)
    return pl.Series(whole).cast(pl.String) + "." + pl.Series(rest).cast(pl.String).str.zfill(5)


def phone_frame(county: County, slot: Slot) -> pl.DataFrame:
    """One row per uploaded visit, in the order of upload."""
    given: dict[str, Any] = calibration()["visits"]
    visits = phone_visits(county, slot)
    rng = generator(county.seed, "phone content", county.scale, slot.index)
    count = len(visits.cadre)
    problem = np.where(rng.random(count) < given["problem_share"]["value"], rng.integers(0, len(PROBLEMS), count), NONE)
    day = visits.minute // _DAY
    closed = day + rng.integers(1, 20, count)
    end = int(month_days(slot.index + 1)) + 4
    is_closed = (problem != NONE) & (rng.random(count) < given["closed_share"]["value"]) & (closed <= end)
    photos = rng.integers(1, 5, count)
    hashes = np.arange(count) + slot.index * 1_000_000
    shared = np.flatnonzero(rng.random(count) * 1000 < given["wrong"]["photo"])
    hashes[shared] = hashes[np.maximum(shared - 1 - rng.integers(0, 40, len(shared)), 0)]
    code = "P" + (pl.Series(hashes) * 2_654_435_761 % 2**40).cast(pl.String).str.zfill(13)
    order = np.lexsort((np.arange(count), visits.uploaded))
    number = np.empty(count, np.int64)
    number[order] = np.arange(count)
    return pl.DataFrame(
        {
            "走访编号": f"ZF{slot.year}{slot.month:02d}" + pl.Series(number).cast(pl.String).str.zfill(6),
            "干部编号": cadre_numbers(visits.cadre),
            "户编号": household_numbers(visits.household),
            "走访时间": _times(visits.minute),
            "上传时间": _times(visits.uploaded),
            "经度": _degrees(visits.longitude),
            "纬度": _degrees(visits.latitude),
            "走访内容": choose([f"入户了解{topic}情况" for topic in _TOPICS], rng.integers(0, len(_TOPICS), count)),
            "发现问题": choose(PROBLEMS, problem),
            "照片数": numbers(photos, np.ones(count, bool)),
            "照片校验码": code,
            "处理结果": choose(["已处理", "处理中"], np.where(problem == NONE, NONE, (~is_closed).astype(np.int64))),
            "办结日期": day_texts(closed, is_closed),
        }
    )[order]


def ledger_frame(county: County, slot: Slot) -> pl.DataFrame:
    """Visits of village teams and secretaries as written in a ledger: every household in a year, some in a month."""
    given: dict[str, Any] = calibration()["visits"]["ledger"]
    snapshot = county.register.snapshots[slot.index]
    rng = generator(county.seed, "visit ledger", county.scale, slot.index)
    share = given["yearly_households" if slot.is_yearly else "monthly_households"]
    household = snapshot.household[rng.random(len(snapshot.household)) < share].astype(np.int64)
    count = len(household)
    person = cadre_pool(county)[::-1][county.register.village[household] * 3 + rng.integers(0, 3, count)]
    first = int(month_days(slot.first_day.year * 12 + slot.first_day.month - 1))
    day = first + rng.integers(0, int(month_days(slot.index + 1)) - first - 5, count)
    problem = rng.random(count) < calibration()["visits"]["problem_share"]["value"]
    kind, topic = rng.integers(0, len(PROBLEMS), count), rng.integers(0, len(_TOPICS), count)
    closed = problem & (rng.random(count) < calibration()["visits"]["closed_share"]["value"])
    everyone = np.ones(count, bool)
    order = np.lexsort((household, day))
    return pl.DataFrame(
        {
            "户编号": household_numbers(household),
            "走访时间": day_texts(day, everyone),
            "走访主题": choose(_TOPICS, topic),
            "寻访人": fixed_texts(county)["name"].gather(person),
            "走访人身份": choose(["工作队", "书记遍访"], (person % 4 == 0).astype(np.int64)),
            "干部编号": cadre_numbers(person),
            "寻访内容": choose([f"入户了解{name}情况" for name in _TOPICS], topic),
            "帮扶联系成效": choose(["已落实", "持续跟进"], rng.integers(0, 2, count)),
            "录入时间": day_texts(day + rng.integers(0, 5, count), everyone),
            "问题": choose(PROBLEMS, np.where(problem, kind, NONE)),
            "办结日期": day_texts(day + rng.integers(1, 5, count), closed),
        }
    )[order]


FRAMES: dict[str, Callable[[County, Slot], pl.DataFrame]] = {"phone_visits": phone_frame, "visits": ledger_frame}
