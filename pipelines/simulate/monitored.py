"""Who is monitored from when to when, and every lead of 2019 and 2020, as arrays.

Belongs here: which rural household has which spell and which case, with the day of each step. Does not belong here: the
columns of a file (``monitoring``, ``leadfiles``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from pipelines.simulate.calibration import apportion, calibration, generator, half_even
from pipelines.simulate.columns import NONE, household_numbers, weighted
from pipelines.simulate.county import BASE_MONTH, DEAD, County
from pipelines.simulate.homes import rural_homes
from pipelines.simulate.households import with_total
from pipelines.simulate.register import NEVER, month_days, month_index

UNSTABLE, MARGINAL, SUDDEN = range(3)
ASSISTED, NATURAL = range(2)
FIRST_MONTH, LAST_MONTH = month_index(2019, 6), month_index(2020, 12)
FOLLOWED, UNFIT, UNTRUE, TAKEN = range(4)
_MOST_DRAWS = 50


@dataclass(frozen=True)
class Homes:
    """Rural households of the end of 2019: head, village, members, number in the register (-1 outside it)."""

    head: np.ndarray
    village: np.ndarray
    size: np.ndarray
    household: np.ndarray


@dataclass(frozen=True)
class Spells:
    """Recognitions in the order of their day; days since 1970-01-01, ``NEVER`` where a step did not come.

    ``home`` is an index into ``Homes``, ``risk`` into the risks of the calibration; months count from year 0.
    """

    home: np.ndarray
    kind: np.ndarray
    risk: np.ndarray
    lead: np.ndarray
    notice_start: np.ndarray
    notice_end: np.ndarray
    recognised: np.ndarray
    measure: np.ndarray
    ended_month: np.ndarray
    way: np.ndarray
    removed: np.ndarray
    no_labour: np.ndarray
    traits: np.ndarray

    @property
    def month(self) -> np.ndarray:
        """Month of recognition, from year 0."""
        return months_of(self.recognised)


@dataclass(frozen=True)
class Cases:
    """Entries of the ledger of leads, by day; ``spell`` is -1 for a lead that did not end in recognition."""

    home: np.ndarray
    spell: np.ndarray
    opened: np.ndarray
    checked: np.ndarray
    concluded: np.ndarray
    result: np.ndarray
    source: np.ndarray
    reason: np.ndarray
    traits: np.ndarray


def months_of(days: np.ndarray) -> np.ndarray:
    """Month indexes, from year 0, of days since 1970-01-01; ``NEVER`` stays."""
    known = np.where(days < NEVER, days, 0)
    months = known.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(days < NEVER, months, NEVER)


@lru_cache(maxsize=1)
def homes(county: County) -> Homes:
    """The rural households: all of the register, then others until the assumed number is reached."""
    count = half_even(calibration()["monitoring"]["rural_households"]["value"], county.scale)
    return Homes(*rural_homes(county, count))


@lru_cache(maxsize=1)
def spells(county: County) -> Spells:
    """Every recognition from June 2019 to December 2020, returns among them."""
    given, all_ = calibration()["monitoring"], homes(county)
    rng = generator(county.seed, "monitoring", county.scale)
    if given["counted"]:
        return _counted(county, all_, rng)
    home, kind = _chosen(county, all_, rng)
    count = len(home)
    traits = rng.random((10, count))
    first = half_even(given["recognised_2019_share"]["value"], count)
    month = np.where(
        np.arange(count) < first,
        FIRST_MONTH + (traits[0] * 7).astype(np.int64),
        BASE_MONTH + 1 + (traits[0] * 12).astype(np.int64),
    )
    month = rng.permutation(month)
    no_labour = traits[1] < given["without_labour_share"]["value"]
    ended, way = _endings(month, traits, no_labour=no_labour)
    ended, way = _naturally(county, all_, home, month, (ended, way))
    again = _returns(rng, ended, way)
    month = np.concatenate([month, np.minimum(ended[again] + 2 + (traits[2][again] * 3).astype(np.int64), LAST_MONTH)])
    pick = np.concatenate([np.arange(count), again])
    fresh = rng.random((10, len(pick)))
    ended = np.concatenate([ended, np.full(len(again), NEVER)])
    way = np.concatenate([way, np.zeros(len(again), np.int64)])
    risk = weighted(fresh[9], [share for name, share in given["risks"].items() if name != "status"])
    steps = _steps(month, fresh)
    removed = _removals(rng, ended, steps[3])
    order = np.lexsort((home[pick], steps[3]))
    columns = (home[pick], kind[pick], risk, *steps, ended, way, removed, no_labour[pick], fresh)
    return Spells(*(each[..., order] for each in columns))


def _counted(county: County, all_: Homes, rng: np.random.Generator) -> Spells:
    """As many households and members, and of them eliminated, as the report says; too few to shrink with the county."""
    given = calibration()["monitoring"]
    number = np.maximum(all_.household, 0)
    lasting = (all_.household < 0) | (county.register.gone[number] == NEVER)
    lasting &= county.residents.until[all_.head] == NEVER
    exited = (all_.household >= 0) & (county.register.exited[number] <= BASE_MONTH)
    pools = {"unstable": exited & lasting, "marginal": (all_.household < 0) & lasting}
    parts: list[tuple[np.ndarray, int, bool]] = []
    for kind, name in enumerate(pools):
        one, free = given["counted"][name], np.flatnonzero(pools[name])
        ended, ended_persons = one["eliminated"], one["eliminated_persons"]
        over = free[_drawn(all_.size[free], rng, ended, ended_persons)]
        free = np.setdiff1d(free, over)
        rest, persons = one["households"] - ended, one["persons"] - ended_persons
        on = free[_drawn(all_.size[free], rng, rest, persons)]
        parts += [(over, kind, True), (on, kind, False)]
    home = np.concatenate([part for part, _, _ in parts])
    kind_of = np.repeat([kind for _, kind, _ in parts], [len(part) for part, _, _ in parts])
    is_over = np.repeat([over for _, _, over in parts], [len(part) for part, _, _ in parts])
    traits = rng.random((10, len(home)))
    # Those whose risk is gone were found in the first year, six months before at least.
    month = np.where(is_over, FIRST_MONTH + traits[0] * 7, FIRST_MONTH + traits[0] * 19).astype(np.int64)
    ended_month = np.where(is_over, month + 6 + (traits[3] * 6).astype(np.int64), NEVER)
    risk = weighted(traits[9], [share for name, share in given["risks"].items() if name != "status"])
    steps, never = _steps(month, traits), np.full(len(home), NEVER)
    order = np.lexsort((home, steps[3]))
    way, no_labour = np.full(len(home), ASSISTED), np.zeros(len(home), bool)
    columns = (home, kind_of, risk, *steps, ended_month, way, never, no_labour, traits)
    return Spells(*(each[..., order] for each in columns))


def _drawn(size: np.ndarray, rng: np.random.Generator, count: int, persons: int) -> np.ndarray:
    """``count`` candidates with ``persons`` members; in a small county not every draw can be brought to the total."""
    for attempt in range(_MOST_DRAWS):
        try:
            return with_total(size, rng.random(len(size)), count, persons)
        except ValueError:
            if attempt == _MOST_DRAWS - 1:
                raise
    raise AssertionError


def _chosen(county: County, all_: Homes, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Homes and classes: unstable among the exited, marginal outside the register, sudden anywhere."""
    given = calibration()["monitoring"]["spells"]
    parts = [given[name] for name in ("unstable", "marginal", "sudden")]
    wanted = np.maximum(apportion(parts, half_even(sum(parts), county.scale)), 1)
    exited = (all_.household >= 0) & (county.register.exited[np.maximum(all_.household, 0)] <= BASE_MONTH)
    unstable = rng.permutation(np.flatnonzero(exited))[: wanted[0]]
    outside = rng.permutation(np.flatnonzero(all_.household < 0))
    marginal, sudden = outside[: wanted[1]], outside[wanted[1] : wanted[1] + wanted[2]]
    if (persons := calibration()["monitoring"].get("persons")) is not None:
        # A printed stock: nobody of it dies out or leaves, and the marginal households make up its persons.
        lasting = _lasting(county, all_)
        unstable = rng.permutation(np.flatnonzero(exited & lasting))[: wanted[0]]
        outside = rng.permutation(np.flatnonzero((all_.household < 0) & lasting))
        sudden, rest = outside[: wanted[2]], outside[wanted[2] :]
        left = half_even(persons["value"], county.scale) - int(all_.size[np.concatenate([unstable, sudden])].sum())
        marginal = rest[with_total(all_.size[rest], np.arange(len(rest)), int(wanted[1]), left)]
    home = np.concatenate([unstable, marginal, sudden])
    return home, np.repeat([UNSTABLE, MARGINAL, SUDDEN], [len(unstable), len(marginal), len(sudden)])


def _lasting(county: County, all_: Homes) -> np.ndarray:
    """Homes that are still there at the end of 2020, whoever of them dies."""
    registered = all_.household >= 0
    gone = county.register.gone[np.maximum(all_.household, 0)] < NEVER
    dying = (all_.size == 1) & (county.residents.ending[all_.head] == DEAD)
    return np.asarray(np.where(registered, ~gone, ~dying))


def _endings(month: np.ndarray, traits: np.ndarray, *, no_labour: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Month and way in which each spell ends: assisted after six months, a few before."""
    given = calibration()["monitoring"]
    after = month + 6 + (traits[3] * 7).astype(np.int64)
    may = (after <= LAST_MONTH) & ~no_labour & (traits[4] < given["eliminated_share"]["value"])
    early = (traits[5] < given["faults"]["early_elimination"]) & (month + 4 <= LAST_MONTH)
    ended = np.where(early, month + 3, np.where(may, after, NEVER))
    return ended, np.full(len(month), ASSISTED)


def _naturally(
    county: County, all_: Homes, home: np.ndarray, month: np.ndarray, so_far: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Households that died out or left as a whole: in the register when it says so, outside it the lone who died."""
    ended, way = so_far
    people = county.residents
    number = np.maximum(all_.household[home], 0)
    gone = np.where(all_.household[home] >= 0, county.register.gone[number], NEVER)
    head = all_.head[home]
    lone = (all_.household[home] < 0) & (all_.size[home] == 1) & (people.ending[head] == DEAD)
    gone = np.where(lone, people.until[head], gone)
    is_natural = (gone < NEVER) & (gone >= month)
    return np.where(is_natural, gone, ended), np.where(is_natural, NATURAL, way)


def _returns(rng: np.random.Generator, ended: np.ndarray, way: np.ndarray) -> np.ndarray:
    able = np.flatnonzero((ended <= LAST_MONTH - 4) & (way == ASSISTED))
    share = calibration()["monitoring"]["returned_share"]["value"]
    return rng.permutation(able)[: max(int(share > 0), round(len(able) * share))]


def _steps(month: np.ndarray, traits: np.ndarray) -> tuple[np.ndarray, ...]:
    """Days of lead, start and end of the notice, recognition and first measure."""
    wrong = calibration()["monitoring"]["faults"]
    recognised = month_days(month) + (traits[0] * 27).astype(np.int64)
    late = traits[1] < wrong["late_recognition"]
    lead = recognised - 9 - (traits[2] * 6).astype(np.int64) - np.where(late, 3 + (traits[3] * 20).astype(np.int64), 0)
    notice_end = recognised - 1 - (traits[4] > 0.5)
    notice_start = notice_end - np.where(traits[5] < wrong["short_notice"], 3, 5)
    measure = recognised + 2 + (traits[6] * 25).astype(np.int64)
    measure = np.where(traits[7] < wrong["late_measure"], recognised + 35 + (traits[6] * 40).astype(np.int64), measure)
    measure = np.where(traits[7] > 1 - wrong["no_measure"], NEVER, measure)
    return lead, notice_start, notice_end, recognised, measure


def _removals(rng: np.random.Generator, ended: np.ndarray, recognised: np.ndarray) -> np.ndarray:
    share = calibration()["monitoring"]["removed_share"]["value"]
    able = rng.permutation(np.flatnonzero((ended == NEVER) & (recognised < month_days(LAST_MONTH - 3))))
    removed = np.full(len(ended), NEVER)
    chosen = able[: max(int(share > 0), round(len(ended) * share))]
    removed[chosen] = np.minimum(recognised[chosen] + 60 + rng.integers(0, 60, len(chosen)), month_days(LAST_MONTH))
    return removed


@lru_cache(maxsize=1)
def cases(county: County) -> Cases:
    """The ledger of leads: one case of each spell, and those that were looked at and ended otherwise."""
    given, all_, taken = calibration()["leads"], homes(county), spells(county)
    rng = generator(county.seed, "leads", county.scale)
    free = np.setdiff1d(np.arange(len(all_.head)), taken.home)
    count = max(20, half_even(given["other_cases"]["value"], county.scale))
    other = rng.permutation(free)[:count]
    home = np.concatenate([taken.home, other])
    spell = np.concatenate([np.arange(len(taken.home)), np.full(count, -1)])
    traits = rng.random((8, len(home)))
    start, end = int(month_days(FIRST_MONTH)), int(month_days(LAST_MONTH + 1)) - 1
    opened = np.concatenate([taken.lead, start + (traits[0][len(taken.home) :] * (end - start)).astype(np.int64)])
    late = traits[1] < given["late_check_share"]["value"]
    checked = opened + np.where(late, 4 + (traits[2] * 8), 1 + (traits[2] * 2.999)).astype(np.int64)
    usual = opened + 5 + (traits[3] * 14).astype(np.int64)
    own = np.where(spell >= 0, taken.recognised[np.maximum(spell, 0)], usual)
    concluded = np.maximum(own, checked)
    stuck = (spell < 0) & (traits[4] < given["stuck_share"]["value"])
    concluded = np.where(stuck, NEVER, concluded)
    checked = np.where(stuck & (traits[5] < 0.5), NEVER, np.where(spell >= 0, np.minimum(checked, own), checked))
    shares = [given["results"][name] for name in ("持续关注", "不符合条件", "不属实")]
    result = np.where(spell >= 0, TAKEN, weighted(traits[6], shares))
    source = weighted(traits[7], [share for name, share in given["sources"].items() if name != "status"])
    risks = calibration()["monitoring"]["risks"]
    reason = weighted(rng.random(len(home)), [share for name, share in risks.items() if name != "status"])
    reason = np.where(spell >= 0, taken.risk[np.maximum(spell, 0)], reason)
    order = np.lexsort((home, opened))
    columns = (home, spell, opened, checked, concluded, result, source, reason, traits)
    return Cases(*(each[..., order] for each in columns))


def home_numbers(county: County, all_: Homes, home: np.ndarray) -> pl.Series:
    """Numbers of registered households, and those that others get when they are recognised."""
    police = county.residents.household[all_.head[home]].astype(np.int64)
    return household_numbers(np.where(all_.household[home] >= 0, all_.household[home], police))


def village_at(county: County, all_: Homes, home: np.ndarray, index: int) -> np.ndarray:
    """Village of each home at the end of a month: registered households may have moved."""
    village = all_.village.copy()
    snapshot = county.register.snapshots.get(index)
    if snapshot is not None:
        by_number = np.full(len(county.register.village), NONE)
        by_number[snapshot.household] = snapshot.household_village
        own = np.where(all_.household >= 0, by_number[np.maximum(all_.household, 0)], NONE)
        village = np.where(own >= 0, own, village)
    found: np.ndarray = village[home]
    return found
