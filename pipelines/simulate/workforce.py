"""Who of the register can work, who does, where and in which months, and who holds a public-welfare post.

Belongs here: the model of work, exact where the report is exact. Does not belong here: columns of a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipelines.simulate.calibration import apportion, calibration, generator, half_even, shrunk
from pipelines.simulate.columns import weighted
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.register import Snapshot, month_days, month_index

LABOUR = ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力")
POSTS = ("保洁员", "护林员")
REGIONS = ("county", "province", "outside")
NO_POST, NO_WORK = -1, -1
YOUNGEST, OLDEST = 16, 69
_YEAR = 365.2425


@dataclass(frozen=True)
class Workers:
    """Those who work in 2020: person, region of each of the twelve months (``NO_WORK`` outside work)."""

    person: np.ndarray
    region: np.ndarray

    @property
    def last_region(self) -> np.ndarray:
        """Region of each person's last month of work."""
        last = 11 - np.argmax(self.region[:, ::-1] != NO_WORK, axis=1)
        found: np.ndarray = self.region[np.arange(len(self.person)), last]
        return found


def age_at(county: County, person: np.ndarray, month: int) -> np.ndarray:
    """Completed years at the end of ``month``."""
    days = int(month_days(month + 1)) - county.birth_day[person]
    return np.asarray((days / _YEAR).astype(np.int64))


def is_student(age: np.ndarray, trait: np.ndarray) -> np.ndarray:
    """True for those who go to kindergarten, school or college; ``trait`` are their traits."""
    later = ((age < 19) & (trait[0] < 0.85)) | ((age < 23) & (trait[0] < 0.3))
    return np.asarray((age >= 3) & ((age < 16) | later))


def labour_of(county: County, person: np.ndarray, month: int) -> np.ndarray:
    """Index into ``LABOUR`` at the end of ``month``; up to 2 can work."""
    age, trait = age_at(county, person, month), county.traits[:, person]
    lost = (trait[2] < 0.05) & ((trait[3] * 10000).astype(np.int64) % 4 == 0)
    of_age = (age >= YOUNGEST) & ~is_student(age, trait)
    return np.select(
        [lost & (age >= YOUNGEST), of_age & (age < 60), of_age & (age <= OLDEST)],
        [3, weighted(trait[4], [0.82, 0.1, 0.08]), np.where(trait[4] < 0.6, 2, 4)],
        4,
    )


def of_working_age(county: County, snapshot: Snapshot) -> np.ndarray:
    """Positions in the snapshot of the persons aged 16 to 69."""
    age = age_at(county, snapshot.person, snapshot.month)
    return np.flatnonzero((age >= YOUNGEST) & (age <= OLDEST))


def worker_counts(scale: float) -> tuple[np.ndarray, dict[int, int]]:
    """Workers of 2020 by region, and the workers of the years before, at ``scale``."""
    given = calibration()["work"]
    parts = [given["workers_2020"][region] for region in REGIONS]
    by_region = shrunk(parts, scale)
    earlier = half_even(given["person_times"]["value"], scale) - int(by_region.sum())
    shares = {year: share for year, share in given["earlier_year_share"].items() if year != "status"}
    counts = apportion(list(shares.values()), earlier)
    return by_region, dict(zip(shares, map(int, counts), strict=True))


def post_counts(scale: float, year: int) -> np.ndarray:
    """Filled posts by kind in the order of ``POSTS``."""
    given = calibration()["public_posts"]
    parts = [given["kinds"][kind] for kind in POSTS]
    return shrunk([round(part * given["filled_share"][year]) for part in parts], scale)


def _first(candidates: np.ndarray, key: np.ndarray, count: int, what: str) -> np.ndarray:
    """The ``count`` candidates with the smallest key, in the order of their numbers."""
    if len(candidates) < count:
        raise ValueError(f"{what}: {count} are needed and {len(candidates)} could")
    return np.sort(candidates[np.argsort(key, kind="stable")[:count]])


def _candidates(county: County, person: np.ndarray, first: int, last: int) -> np.ndarray:
    """Those who are able to work from one month to another and not too old for the work of the ledger."""
    able = (labour_of(county, person, first) <= 2) & (labour_of(county, person, last) <= 2)
    return np.asarray(person[able & (age_at(county, person, last) <= calibration()["work"]["oldest_worker_age"])])


@lru_cache(maxsize=1)
def workers_2020(county: County) -> Workers:
    """The workers of 2020; by region of the last month of work they are the report's."""
    base = county.register.snapshots[BASE_MONTH].person
    stays_half_a_year = county.register.removed[base] > month_index(2020, 6)
    able = _candidates(county, base[stays_half_a_year], BASE_MONTH, month_index(2020, 12))
    by_region, earlier = worker_counts(county.scale)
    person = _first(able, county.traits[5][able], int(by_region.sum()), "workers of 2020")
    final = np.empty(len(person), np.int64)
    final[np.argsort(county.traits[6][person], kind="stable")] = np.repeat(np.arange(len(REGIONS)), by_region)
    rng = generator(county.seed, "work 2020", county.scale)
    rank = np.empty(len(person), np.int64)
    rank[np.argsort(county.traits[5][person], kind="stable")] = np.arange(len(person))
    works = _months(rank < earlier[2019], final, rng)
    works &= np.arange(12) < (county.register.removed[person] - month_index(2020, 1))[:, np.newaxis]
    works[~works.any(axis=1), 0] = True
    return Workers(person, _regions(works, final, rng))


def _months(steady: np.ndarray, region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Persons × months: who works. The steady miss some of the first three months, the others start later."""
    given: dict[str, Any] = calibration()["work"]
    count = len(steady)
    share = np.array([given["steady_share"][name] for name in REGIONS])[region]
    month = np.arange(12)
    works = np.ones((count, 12), bool)
    works[:, :3] = rng.random((count, 3)) < share
    weights = np.array(given["start_weights"]["values"], np.float64)
    start = 2 + rng.choice(len(weights), count, p=weights / weights.sum())
    length = np.where(rng.random(count) < given["stays_share"], 12, rng.integers(2, 7, count))
    later = (month >= start[:, np.newaxis]) & (month < (start + length)[:, np.newaxis])
    ends = np.where(rng.random(count) < 0.06, rng.integers(6, 12, count), 12)
    pause = np.where(rng.random(count) < 0.08, rng.integers(4, 11, count), 99)
    works = np.where(steady[:, np.newaxis], works & (month < ends[:, np.newaxis]), later)
    works &= month != pause[:, np.newaxis]
    works[np.arange(count), np.where(steady, 3, start)] = True
    return works


def _regions(works: np.ndarray, final: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Region by month; a few persons work elsewhere before their last region."""
    count = len(final)
    last = 11 - np.argmax(works[:, ::-1], axis=1)
    moves = rng.random(count) < calibration()["work"]["changes_region_share"]
    switch = np.where(moves, np.minimum(rng.integers(3, 10, count), last), 0)
    before = (final + rng.integers(1, 3, count)) % len(REGIONS)
    region = np.where(np.arange(12) < switch[:, np.newaxis], before[:, np.newaxis], final[:, np.newaxis])
    return np.where(works, region, NO_WORK)


def regions_at(county: County, snapshot: Snapshot) -> np.ndarray:
    """Per person of the snapshot the index into ``REGIONS`` of the month's work, ``NO_WORK`` without work."""
    region = np.full(len(county.register.household), NO_WORK, np.int64)
    year = snapshot.month // 12
    if year == 2020:
        workers = workers_2020(county)
        region[workers.person] = workers.region[:, snapshot.month % 12]
    else:
        able = _candidates(county, snapshot.person, snapshot.month, snapshot.month)
        person = _first(able, county.traits[5][able], worker_counts(county.scale)[1].get(year, 0), f"workers of {year}")
        shares = calibration()["work"]["earlier_region_share"]
        region[person] = weighted(county.traits[6][person], [shares[name] for name in REGIONS])
    found: np.ndarray = region[snapshot.person]
    return found


def posts_at(county: County, person: np.ndarray, month: int) -> np.ndarray:
    """Per person the index into ``POSTS`` at the end of ``month``, ``NO_POST`` without one; exact in number.

    A holder can work and is not among the workers of 2020. Each kind has candidates of its own, in a fixed order: a
    post that becomes free goes to the next.
    """
    free = np.ones(len(county.register.household), bool)
    free[workers_2020(county).person] = False
    able = free[person] & (labour_of(county, person, month) <= 2)
    trait = county.traits[:, person]
    # The register's own column of work goes by the same trait: who is away holds no post.
    away = (trait[5] < 0.62) & (age_at(county, person, month) < 62)
    found = np.full(len(person), NO_POST, np.int64)
    of_ranger = (trait[10] > 0.7).astype(np.int64)
    counts = post_counts(county.scale, month // 12)
    for kind, count in enumerate(counts):
        at = np.flatnonzero(able & ~away & (of_ranger == kind))
        found[_first(at, trait[7][at], int(count), POSTS[kind])] = kind
    return found
