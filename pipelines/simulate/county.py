"""Everybody in the county: the register's people and the rest of the residents, with names and numbers.

Belongs here: what is fixed for a person, and the police file's comings and goings. Does not belong here: file columns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.files import read_yaml
from pipelines.simulate.calibration import FOLDER, Villages, apportion, calibration, generator, half_even, villages
from pipelines.simulate.households import (
    DAUGHTER,
    HEAD,
    MOTHER,
    SON,
    SON_WIFE,
    SPOUSE,
    Members,
    compose,
    sizes_with_total,
)  # fmt: skip
from pipelines.simulate.identity import FEMALE, MALE, identity_numbers
from pipelines.simulate.places import block_of, unit
from pipelines.simulate.population import build_register
from pipelines.simulate.register import (
    BIRTH,
    DEATH,
    NEVER,
    NOT_POOR,
    WHOLE_DECREASE,
    Register,
    month_days,
    month_index,
)  # fmt: skip

BASE_MONTH = month_index(2019, 12)
ACTIVE, MOVED_AWAY, DEAD = range(3)
TRAITS = 12
_YEAR = 365.2425


@dataclass(frozen=True)
class Residents:
    """Police view of each person: since and until which month, how it ended, where, in which police household."""

    since: np.ndarray
    until: np.ndarray
    ending: np.ndarray
    has_come: np.ndarray
    is_born: np.ndarray
    village: np.ndarray
    household: np.ndarray
    relation: np.ndarray


@dataclass(frozen=True, eq=False)
class County:
    """A whole county; persons 0…n-1 are the register's, the others were never registered; ``unit`` as in ``places``."""

    unit: str
    scale: float
    seed: int
    register: Register
    residents: Residents
    birth_day: np.ndarray
    sex: np.ndarray
    identity: np.ndarray
    name: np.ndarray
    ethnic_group: np.ndarray
    traits: np.ndarray
    household_traits: np.ndarray
    not_in_residents: np.ndarray
    dead_but_registered: np.ndarray

    @property
    def registered_count(self) -> int:
        """Persons who were ever in the register."""
        return len(self.register.household)


def build_county(scale: float, seed: int) -> County:
    """The county in hand at ``scale`` (0.01–3), in memory, without writing a file."""
    register = build_register(scale, seed)
    rng = generator(seed, "county", scale)
    place = villages()
    missing, dead = _contradictions(register, rng)
    residents, birth_day, sex = _residents(register, scale, rng, missing=missing, dead=dead)
    count = len(birth_day)
    identity = identity_numbers(birth_day, sex, generator(seed, "identity", scale), block_of(unit()))
    return County(
        unit(), scale, seed, register, residents, birth_day, sex, identity,
        _names(residents, sex, register.parent, generator(seed, "names", scale)),
        _ethnic_groups(residents, place, generator(seed, "ethnic", scale)),
        generator(seed, "traits", scale).random((TRAITS, count), dtype=np.float32),
        generator(seed, "household traits", scale).random((TRAITS, len(register.village)), dtype=np.float32),
        missing, dead,
    )  # fmt: skip


def _contradictions(register: Register, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Registered throughout 2020 but absent from the police file, and dead there in the course of 2020."""
    given = calibration()["residents"]
    base = register.snapshots[BASE_MONTH].person
    whole_year = base[register.removed[base] == NEVER]
    missing = rng.choice(whole_year, max(2, round(len(base) * given["registered_not_in_file_share"])), replace=False)
    by_age = whole_year[np.argsort(register.birth_day[whole_year], kind="stable")]
    old = np.setdiff1d(by_age[: len(base) // 10], missing)
    dead = rng.choice(old, max(2, round(len(base) * given["dead_but_registered_share"])), replace=False)
    return np.sort(missing), np.sort(dead)


def _residents(
    register: Register, scale: float, rng: np.random.Generator, *, missing: np.ndarray, dead: np.ndarray
) -> tuple[Residents, np.ndarray, np.ndarray]:
    given, place = calibration()["residents"], villages()
    total = half_even(calibration()["population"]["total"]["value"], scale)
    # The register's people: those of December 2019, those struck off as not poor, and those who came in 2020.
    cleared = register.removed_reason == NOT_POOR
    came = register.added > BASE_MONTH
    known = ((register.added <= BASE_MONTH) & (register.removed > BASE_MONTH)) | cleared | came
    known[missing] = False
    since = np.where(known, np.where(came, register.added, 0), NEVER)
    leaves = (register.removed > BASE_MONTH) & (register.removed < NEVER)
    until = np.where(leaves, register.removed, NEVER)
    died = np.isin(register.removed_reason, (DEATH, WHOLE_DECREASE))
    ending = np.where(leaves, np.where(died, DEAD, MOVED_AWAY), ACTIVE)
    until[dead] = BASE_MONTH + rng.integers(1, 13, len(dead))
    ending[dead] = DEAD
    village = register.village[register.origin].astype(np.int64)
    base = known & ~came
    here = np.bincount(village[base], minlength=len(place.codes))
    targets = apportion(place.resident_weight, total)
    others = np.maximum(targets - here, 0)
    surplus = int(others.sum()) - (total - int(base.sum()))
    others -= apportion(others.astype(np.float64), surplus)

    rest = int(others.sum())
    households = max(1, round(rest / given["household_size_mean"]))
    sizes = sizes_with_total(households, rest, rng)
    edges = np.unique(np.concatenate([np.cumsum(sizes), np.cumsum(others)]))
    edges = edges[edges > 0]
    sizes = np.diff(np.concatenate([[0], edges]))
    household_village = np.searchsorted(np.cumsum(others), edges, side="left")
    day = int(month_days(BASE_MONTH + 1)) - 1
    members = compose(sizes, day, rng)
    offset = len(register.village)
    baby_mother, baby_month, m_until, m_ending = _vital_events(members, rng)
    baby_count = len(baby_mother)
    baby_sex = np.where(rng.random(baby_count) < 0.52, MALE, FEMALE)
    baby_birth = month_days(baby_month) + rng.integers(0, 27, baby_count)

    def chain(registered: np.ndarray, rest_: np.ndarray, babies: np.ndarray) -> np.ndarray:
        return np.concatenate([registered, rest_, babies])

    baby_household = members.household[baby_mother]
    birth_day = chain(register.birth_day, members.birth_day, baby_birth).astype(np.int32)
    sex = chain(register.sex, members.sex, baby_sex).astype(np.int8)
    born_in_register = (register.added_reason == BIRTH) & came
    residents = Residents(
        since=chain(since, np.zeros(rest), baby_month).astype(np.int32),
        until=chain(until, m_until, np.full(baby_count, NEVER)).astype(np.int32),
        ending=chain(ending, m_ending, np.zeros(baby_count)).astype(np.int8),
        has_come=chain(came, np.zeros(rest, bool), np.ones(baby_count, bool)),
        is_born=chain(born_in_register, np.zeros(rest, bool), np.ones(baby_count, bool)),
        village=chain(
            village, household_village[members.household], household_village[baby_household]
        ).astype(np.int16),
        household=chain(register.origin, members.household + offset, baby_household + offset).astype(np.int32),
        relation=chain(
            register.relation, members.relation, np.where(baby_sex == MALE, SON, DAUGHTER)
        ).astype(np.int8),
    )  # fmt: skip
    return residents, birth_day, sex


def _vital_events(members: Members, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Births, deaths and moves of 2020 among people outside the register: mothers and months, until, ending."""
    given = calibration()["residents"]
    count = len(members.household)
    age = (int(month_days(BASE_MONTH + 1)) - members.birth_day) / _YEAR
    until = np.full(count, NEVER)
    ending = np.zeros(count)

    def take(share: float, weight: np.ndarray) -> np.ndarray:
        able = np.flatnonzero(weight > 0)
        key = np.log(weight[able]) + rng.gumbel(size=len(able))
        return able[np.argsort(-key, kind="stable")[: round(count * share)]]

    dying = take(given["yearly_deaths_share"], np.exp(age / 11))
    moving = take(given["yearly_moved_out_share"], np.where((age > 17) & (age < 45) & (until == NEVER), 1.0, 0.0))
    until[moving], ending[moving] = BASE_MONTH + rng.integers(1, 13, len(moving)), MOVED_AWAY
    until[dying], ending[dying] = BASE_MONTH + rng.integers(1, 13, len(dying)), DEAD
    is_mother = (members.sex == FEMALE) & (age > 20) & (age < 38) & np.isin(members.relation, (HEAD, SPOUSE, SON_WIFE))
    mothers = take(given["yearly_births_share"], np.where(is_mother & (until == NEVER), 1.0, 0.0))
    return mothers, BASE_MONTH + rng.integers(1, 13, len(mothers)), until, ending


def _names(residents: Residents, sex: np.ndarray, parent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    raw = read_yaml(FOLDER / "names.yml")
    surnames = np.array(list(raw["surnames"]))
    male, female = np.array(list(raw["given_male"])), np.array(list(raw["given_female"]))
    count = len(sex)
    weight = 1 / (np.arange(len(surnames)) + 4)
    family = rng.choice(len(surnames), int(residents.household.max()) + 1, p=weight / weight.sum())
    family[: len(parent)] = family[parent]
    own = rng.choice(len(surnames), count, p=weight / weight.sum())
    married_in = (sex == FEMALE) & np.isin(residents.relation, (HEAD, SPOUSE, SON_WIFE, MOTHER))
    surname = surnames[np.where(married_in, own, family[residents.household])]
    is_male = sex == MALE
    first = np.where(is_male, male[rng.integers(0, len(male), count)], female[rng.integers(0, len(female), count)])
    second = np.where(is_male, male[rng.integers(0, len(male), count)], female[rng.integers(0, len(female), count)])
    second = np.where(rng.random(count) < 0.3, "", second)
    return np.char.add(np.char.add(surname, first), second)


def _ethnic_groups(residents: Residents, place: Villages, rng: np.random.Generator) -> np.ndarray:
    by_township = calibration()["villages"]["minority_townships"]
    village = np.zeros(int(residents.household.max()) + 1, np.int64)
    village[residents.household] = residents.village
    is_minority = rng.random(len(village)) < place.minority_share[village]
    group = np.full(len(village), "汉族")
    pick = rng.random(len(village))
    for index, township in enumerate(place.townships):
        choices = by_township.get(township, ["彝族", "壮族", "苗族"])
        here = np.flatnonzero((village == index) & is_minority)
        group[here] = np.array(choices)[(pick[here] * len(choices)).astype(int)]
    own = residents.household
    married_in = np.isin(residents.relation, (SON_WIFE,)) & (rng.random(len(own)) < 0.15)
    return np.where(married_in, "汉族", group[own])


def text(values: np.ndarray) -> pl.Series:
    """A text array as a polars column."""
    return pl.Series(values.tolist(), dtype=pl.String)
