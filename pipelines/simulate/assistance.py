"""Who is on the lists of civil affairs and of the disabled persons' federation, since when and until when.

Belongs here: the model of dibao, tekun and disability subsidies, exact where the report is exact. Does not belong here:
the columns of a file (``social``), payments, other aid.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipelines.simulate.calibration import calibration, generator, half_even, villages
from pipelines.simulate.columns import weighted
from pipelines.simulate.county import BASE_MONTH, DEAD, County
from pipelines.simulate.households import HEAD
from pipelines.simulate.register import NEVER, month_index
from pipelines.simulate.workforce import age_at

COUNTED = month_index(2020, 10)  # the month of the report's figures
CLASSES = ("A类", "B类", "C类")
GRADES = ("一级", "二级", "三级", "四级")
NURSING, LIVING = range(2)


@dataclass(frozen=True)
class Supported:
    """People on one list, in the order of their numbers: on it from ``since`` on and before ``until`` (months).

    ``household`` is the household's label (register number, or police household for those never registered).
    """

    person: np.ndarray
    household: np.ndarray
    head: np.ndarray
    since: np.ndarray
    until: np.ndarray
    kind: np.ndarray

    def at(self, month: int) -> np.ndarray:
        """Positions of those on the list in ``month``."""
        return np.flatnonzero((self.since <= month) & (self.until > month))


def is_holder(county: County, person: np.ndarray, month: int) -> np.ndarray:
    """Holders of a disability certificate, as the register of persons has them."""
    trait = county.traits[:, person]
    return np.asarray((trait[2] < 0.05) & (trait[3] < 0.5) & (age_at(county, person, month) > 6))


def certificate(county: County, person: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kind (0–6) and grade (0–3) on the certificate, the same as in the register's own certificate number."""
    trait = county.traits[3, person]
    return (trait * 1000).astype(np.int64) % 7, (trait * 10000).astype(np.int64) % 4


def _is_tekun(county: County, person: np.ndarray, month: int) -> np.ndarray:
    return np.asarray((age_at(county, person, month) >= 60) & (county.traits[10, person] < 0.02))


def last_months(county: County, person: np.ndarray) -> np.ndarray:
    """The month from which each person is off the lists: after a death, late for some."""
    given, people = calibration()["guarantees"], county.residents
    rng = generator(county.seed, "late stops", county.scale)
    count = len(people.until)
    is_late = rng.random(count) < given["late_stop_share"]["value"]
    lag = np.where(is_late, rng.integers(4, 9, count), 1)
    dies = (people.ending == DEAD) & (people.until < NEVER)
    ends = np.where(dies, people.until.astype(np.int64) + lag, NEVER)
    return np.asarray(ends[person])


@lru_cache(maxsize=1)
def tekun(county: County) -> Supported:
    """Everybody who is a tekun person at some time until the end of 2020."""
    given, people = calibration()["guarantees"], county.residents
    register = county.register
    listed = np.arange(county.registered_count)
    listed = listed[_is_tekun(county, listed, BASE_MONTH) & (register.removed > BASE_MONTH - 60)]
    outside = np.arange(county.registered_count, len(county.birth_day))
    outside = outside[_alone(county, outside) & (age_at(county, outside, BASE_MONTH) >= 60)]
    outside = outside[np.argsort(county.traits[10][outside], kind="stable")]
    outside = outside[: half_even(given["outside_tekun"]["value"], county.scale)]
    person = np.concatenate([listed, np.sort(outside)])
    since = np.where(person < county.registered_count, month_index(2014, 1), month_index(2016, 1))
    since = since + (county.traits[0][person] * 40).astype(np.int64)
    until = np.minimum(last_months(county, person), _removed(county, person))
    form = (county.traits[1][person] < given["in_institution_share"]["value"]).astype(np.int64)
    return Supported(person, people.household[person].astype(np.int64), person, since, until, form)


def _alone(county: County, person: np.ndarray) -> np.ndarray:
    """Heads of rural households of one or two at the end of 2019."""
    people = county.residents
    here = people.since <= BASE_MONTH
    size = np.bincount(people.household[here], minlength=int(people.household.max()) + 1)
    rural = ~villages().is_urban[people.village[person]]
    return np.asarray(here[person] & rural & (people.relation[person] == HEAD) & (size[people.household[person]] <= 2))


def _removed(county: County, person: np.ndarray) -> np.ndarray:
    """The month in which a registered person left the register otherwise than by death: moved away, off the lists."""
    register = county.register
    gone = np.full(len(county.birth_day), NEVER, np.int64)
    dead = np.isin(np.arange(county.registered_count), np.flatnonzero(county.residents.ending == DEAD))
    gone[: county.registered_count] = np.where(dead, NEVER, register.removed)
    return np.asarray(gone[person])


@lru_cache(maxsize=1)
def dibao(county: County) -> Supported:
    """Everybody who is on dibao at some time until the end of 2020; in October the registered ones are the report's."""
    given: dict[str, Any] = calibration()["guarantees"]
    inside, inside_household = _registered_dibao(county)
    outside, outside_household = _outside_dibao(county)
    person = np.concatenate([inside, outside])
    household = np.concatenate([inside_household, outside_household])
    head = _heads(county, person, household)
    rng = generator(county.seed, "dibao", county.scale)
    years = {year: share for year, share in given["since_years"].items() if year != "status"}
    count = int(county.residents.household.max()) + 1
    year = np.array(list(years))[weighted(rng.random(count), list(years.values()))]
    month = np.where(year == 2020, rng.integers(0, 8, count), rng.integers(0, 12, count))
    since = np.maximum((year * 12 + month)[household], _added(county, person))
    classes = weighted(rng.random(count), [given["class_share"][name] for name in CLASSES])
    until = np.minimum(last_months(county, person), _removed(county, person))
    on_list = Supported(person, household, head, since, until, classes[household])
    return _with_others(county, on_list, classes)


def _added(county: County, person: np.ndarray) -> np.ndarray:
    added = np.zeros(len(county.birth_day), np.int64)
    added[: county.registered_count] = county.register.added
    added = np.maximum(added, np.where(county.residents.has_come, county.residents.since, 0))
    return np.asarray(added[person])


def _registered_dibao(county: County) -> tuple[np.ndarray, np.ndarray]:
    """The registered persons on dibao in October and their households, with tekun so many as reported."""
    given = calibration()["guarantees"]["registered"]
    snapshot = county.register.snapshots[COUNTED]
    person, household = snapshot.person.astype(np.int64), snapshot.person_household.astype(np.int64)
    households = half_even(given["households"], county.scale)
    persons = half_even(given["persons"], county.scale)
    of_tekun = np.isin(person, tekun(county).person[tekun(county).at(COUNTED)])
    holder = is_holder(county, person, COUNTED)
    count = len(county.register.village)
    stays = last_months(county, person) > COUNTED
    has_tekun = np.bincount(household[of_tekun], minlength=count) > 0
    has_holder = np.bincount(household[holder & ~of_tekun], minlength=count) > 0
    key = county.household_traits[0, county.register.parent] - 0.5 * has_holder - 2.0 * has_tekun
    listed = snapshot.household.astype(np.int64)
    # A household can only be counted by somebody who is on a list.
    listed = listed[(np.bincount(household[stays], minlength=count) > 0)[listed] | has_tekun[listed]]
    chosen = listed[np.argsort(key[listed], kind="stable")[:households]]
    is_chosen = np.zeros(count, bool)
    is_chosen[chosen] = True
    able = is_chosen[household] & ~of_tekun & stays
    own_key = county.traits[8, person] - 0.6 * holder - 0.2 * (age_at(county, person, COUNTED) >= 60)
    rank = _rank_within(household, np.where(able, own_key, 9.0))
    first = able & (rank == 0) & ~has_tekun[household]
    more = np.flatnonzero(able & ~first)
    wanted = persons - int(first.sum()) - int((of_tekun & is_chosen[household]).sum())
    if not 0 <= wanted <= len(more):
        raise ValueError(f"{persons} supported persons do not fit into {households} registered households")
    # A second and third member of a household before a fourth; holders of a certificate before others.
    order = np.argsort(rank[more] * 0.4 + own_key[more], kind="stable")
    taken = np.concatenate([np.flatnonzero(first), more[order[:wanted]]])
    taken = taken[np.argsort(person[taken], kind="stable")]
    return person[taken], household[taken]


def _rank_within(group: np.ndarray, key: np.ndarray) -> np.ndarray:
    """0 for the smallest key of each group, then 1, 2 …"""
    order = np.lexsort((key, group))
    start = np.concatenate([[0], np.flatnonzero(np.diff(group[order])) + 1])
    lengths = np.diff(np.concatenate([start, [len(group)]]))
    rank = np.empty(len(group), np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(start, lengths)
    return rank


def _outside_dibao(county: County) -> tuple[np.ndarray, np.ndarray]:
    """People never registered who are on dibao: households with a holder of a certificate first."""
    given, people = calibration()["guarantees"], county.residents
    households = half_even(given["outside_households"]["value"], county.scale)
    persons = half_even(given["outside_persons"]["value"], county.scale)
    person = np.arange(county.registered_count, len(county.birth_day))
    stays = (people.since[person] <= month_index(2020, 1)) & ~np.isin(person, tekun(county).person)
    person = person[stays]
    household = people.household[person].astype(np.int64)
    holder = is_holder(county, person, COUNTED)
    count = int(household.max()) + 1
    has_holder = np.bincount(household[holder], minlength=count) > 0
    draw = generator(county.seed, "outside dibao", county.scale).random(count)
    rural = ~villages().is_urban[people.village[person]]
    known = np.unique(household)
    is_rural = np.bincount(household[rural], minlength=count) > 0
    key = draw - 0.3 * is_rural - 0.35 * (has_holder & (draw < 0.5))
    chosen = known[np.argsort(key[known], kind="stable")[:households]]
    able = np.isin(household, chosen)
    own_key = county.traits[8, person] - 0.6 * holder
    rank = _rank_within(household, np.where(able, own_key, 9.0))
    order = np.flatnonzero(able)[np.argsort((rank * 0.4 + own_key)[able] - 9 * (rank[able] == 0), kind="stable")]
    taken = np.sort(order[:persons])
    return person[taken], household[taken]


def _heads(county: County, person: np.ndarray, household: np.ndarray) -> np.ndarray:
    """The head of each person's household: the register's of October, or the police's."""
    people, snapshot = county.residents, county.register.snapshots[COUNTED]
    head = np.full(max(int(household.max()), int(people.household.max())) + 1, -1, np.int64)
    everybody = np.arange(county.registered_count, len(people.household))
    is_head = (people.relation[everybody] == HEAD) & (people.since[everybody] <= BASE_MONTH)
    head[people.household[everybody[is_head]]] = everybody[is_head]
    of_register = snapshot.person_relation == HEAD
    head[snapshot.person_household[of_register]] = snapshot.person[of_register]
    return np.where(head[household] >= 0, head[household], person)


def _with_others(county: County, on_list: Supported, classes: np.ndarray) -> Supported:
    """The list with those who are not among the counted: taken off in 2020, died in 2020, or on both lists."""
    given, register = calibration()["guarantees"], county.register
    snapshot = register.snapshots[COUNTED]
    count = len(register.village)
    taken = np.zeros(count, bool)
    taken[on_list.household[on_list.person < county.registered_count]] = True
    free = snapshot.household[~taken[snapshot.household]].astype(np.int64)
    key = county.household_traits[0, register.parent[free]]
    wanted = round(given["stopped_share"]["value"] * int(taken.sum()))
    stopped = np.zeros(count, bool)
    stopped[free[np.argsort(key, kind="stable")[:wanted]]] = True
    at = np.flatnonzero(stopped[snapshot.person_household] & (snapshot.person_relation == HEAD))
    heads, homes = snapshot.person[at].astype(np.int64), snapshot.person_household[at].astype(np.int64)
    known = ~np.isin(heads, tekun(county).person)
    heads, homes = heads[known], homes[known]
    stop = month_index(2020, 2) + (county.household_traits[1, homes] * 8.999).astype(np.int64)
    everybody = np.arange(county.registered_count)
    died = (county.residents.ending[everybody] == DEAD) & (register.removed <= COUNTED)
    dead = everybody[died & taken[register.household] & ~np.isin(everybody, tekun(county).person)]
    dead = dead[~np.isin(dead, on_list.person)]
    others = tekun(county)
    both = others.at(COUNTED)
    both = both[np.argsort(county.traits[9][others.person[both]], kind="stable")]
    both = both[: max(1, round(given["both_lists_share"]["value"] * len(both)))]
    person = np.concatenate([heads, dead, others.person[both]])
    household = np.concatenate([homes, register.household[dead].astype(np.int64), others.household[both]])
    since = np.maximum(month_index(2017, 1), _added(county, person))
    until = np.minimum(np.concatenate([stop, np.full(len(dead) + len(both), NEVER)]), last_months(county, person))
    extra = Supported(person, household, _heads(county, person, household), since, until, classes[household])
    parts = [np.concatenate([getattr(on_list, name), getattr(extra, name)]) for name in Supported.__annotations__]
    return Supported(*parts)


def in_register_flags(county: County, person: np.ndarray, month: int) -> tuple[np.ndarray, np.ndarray]:
    """What the register says of each person: on dibao, a tekun person; a few entries differ from the lists."""
    share = calibration()["guarantees"]["register_disagrees_share"]["value"]
    on_dibao, is_tekun = (
        np.isin(person, supported.person[supported.at(month)]) for supported in (dibao(county), tekun(county))
    )
    differs = np.abs(county.traits[9, person] - 0.5) < share / 2
    return (on_dibao ^ (differs & ~is_tekun)) & ~is_tekun, is_tekun
