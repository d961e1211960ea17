"""How people and households of the register come, leave, part, join and move.

Belongs here: one function per kind of change, each with its lines in the ledger. Does not belong here: how many, when.
"""

from __future__ import annotations

import numpy as np

from pipelines.simulate.households import (
    DAUGHTER,
    FATHER,
    GRANDDAUGHTER,
    GRANDSON,
    HEAD,
    MOTHER,
    OTHER,
    SIBLING,
    SON,
    SON_WIFE,
    SPOUSE,
    Members,
)
from pipelines.simulate.identity import FEMALE, MALE
from pipelines.simulate.register import (
    BIRTH,
    BOOKED_APART,
    BOOKED_TOGETHER,
    CAME,
    DEATH,
    LEFT,
    MARRIED_IN,
    MARRIED_OUT,
    MERGE,
    MINUS,
    MOVED_IN,
    MOVED_OUT,
    NEVER,
    PLUS,
    RELOCATED,
    REMOVED,
    SPLIT,
    WHOLE_DECREASE,
    DeadEndError,
    Event,
    Register,
    month_days,
)

_YEAR = 365.2425


def lose_persons(register: Register, count: int, pool: np.ndarray, months: np.ndarray) -> np.ndarray:
    """Up to ``count`` members of ``pool`` households leave, one a household; returns the households touched."""
    if count == 0 or len(pool) == 0:
        return np.zeros(0, np.int64)
    size = register.size()
    in_pool = np.zeros(len(register.village), bool)
    in_pool[pool] = True
    person = np.flatnonzero(register.is_member & in_pool[register.household] & (size[register.household] >= 2))
    age = (int(month_days(int(months[0]))) - register.birth_day[person]) / _YEAR
    has_spouse = register.count_members(register.relation == SPOUSE) > 0
    has_parent = register.count_members((register.relation == FATHER) | (register.relation == MOTHER)) > 0
    relation = register.relation[person]
    bride = (relation == DAUGHTER) & (age >= 20) & (age < 29)
    hazard = np.interp(age, [0, 1, 40, 60, 70, 80, 95], [0.002, 0.0005, 0.002, 0.01, 0.03, 0.08, 0.25])
    moving = np.where((relation != HEAD) & (relation != SPOUSE) & (age >= 18) & (age < 45), 0.006, 0.0005)
    weight = hazard + np.where(bride, 0.08, moving)
    may_succeed = has_spouse[register.household[person]] & ~has_parent[register.household[person]]
    weight = np.where((relation == HEAD), np.where(may_succeed, hazard, 0), weight)
    chosen = _one_a_household(register, person, weight, count)
    at = np.searchsorted(person, chosen)
    draw = register.rng.random(len(chosen)) * weight[at]
    reason = np.where(draw < hazard[at], DEATH, np.where(bride[at], MARRIED_OUT, LEFT))
    when = months[: len(chosen)]
    register.removed[chosen] = when
    register.removed_reason[chosen] = reason
    households = register.household[chosen]
    widowed = households[register.relation[chosen] == HEAD]
    heirs = np.flatnonzero(register.is_member & np.isin(register.household, widowed) & (register.relation == SPOUSE))
    register.relation[heirs] = HEAD
    for who, month, why in zip(chosen, when, reason, strict=True):
        _log_person(register, int(month), MINUS, int(who), int(why))
    return np.asarray(households)


def gain_persons(register: Register, count: int, pool: np.ndarray, months: np.ndarray) -> np.ndarray:
    """``count`` persons join ``pool`` households, one a household; returns the households touched.

    Raises DeadEndError when the pool has too few households.
    """
    if count > len(pool):
        raise DeadEndError(f"{count} persons cannot join {len(pool)} households, one each")
    if count == 0:
        return np.zeros(0, np.int64)
    day = int(month_days(int(months[0])))
    age = (day - register.birth_day) / _YEAR
    here = register.is_member
    fertile = here & (register.sex == FEMALE) & (age >= 20) & (age < 39)
    couple = register.count_members(here & (register.relation == SPOUSE)) > 0
    married = (register.relation == SPOUSE) | (register.relation == HEAD)
    by_wife = register.count_members(fertile & married) * couple > 0
    by_son = register.count_members(fertile & (register.relation == SON_WIFE)) > 0
    bachelor = here & (register.relation == SON) & (age >= 22) & (age < 33)
    no_bride = register.count_members(here & (register.relation == SON_WIFE)) == 0
    may_marry = (register.count_members(bachelor) > 0) & no_bride
    weight = 1.0 * by_son + 0.8 * by_wife + 0.5 * may_marry + 0.004
    key = np.log(weight[pool]) + register.rng.gumbel(size=len(pool))
    household = pool[np.argsort(-key, kind="stable")[:count]]
    part = register.rng.random(count) * weight[household]
    is_birth = part < (1.0 * by_son + 0.8 * by_wife)[household]
    is_bride = ~is_birth & (part < (weight - 0.004)[household])
    when = months[:count].astype(np.int64)
    sex = np.where(register.rng.random(count) < 0.52, MALE, FEMALE)
    sex = np.where(is_bride, FEMALE, sex)
    grandchild = by_son[household] & (part < 1.0)
    boy, girl = np.where(grandchild, GRANDSON, SON), np.where(grandchild, GRANDDAUGHTER, DAUGHTER)
    relation = np.where(sex == MALE, boy, girl)
    relation = np.where(is_bride, SON_WIFE, np.where(is_birth, relation, OTHER))
    groom_birth = np.zeros(len(register.village), np.int64)
    groom_birth[register.household[bachelor]] = register.birth_day[bachelor]
    born = month_days(when) + register.rng.integers(0, 27, count)
    bride_birth = np.minimum(groom_birth[household] + register.rng.integers(-500, 1100, count), day - 20 * 366)
    child_birth = day - register.rng.integers(3 * 365, 15 * 365, count)
    birth_day = np.where(is_birth, born, np.where(is_bride, bride_birth, child_birth))
    reason = np.where(is_birth, BIRTH, np.where(is_bride, MARRIED_IN, CAME))
    persons = register.add_persons(Members(household, relation, sex, birth_day), when, reason)
    for who, month, why in zip(persons, when, reason, strict=True):
        _log_person(register, int(month), PLUS, int(who), int(why))
    return np.asarray(household)


def lose_households(
    register: Register, count: int, pool: np.ndarray, months: np.ndarray, reason: int, *, small: bool
) -> tuple[np.ndarray, int]:
    """Whole households leave; returns them and how many persons left with them.

    ``small``: the lonely and old go first (natural decrease), otherwise any household.
    """
    if count == 0:
        return np.zeros(0, np.int64), 0
    size = register.size()
    head = register.is_member & (register.relation == HEAD)
    head_age = np.zeros(len(register.village))
    head_age[register.household[head]] = (int(month_days(int(months[0]))) - register.birth_day[head]) / _YEAR
    weight = np.where(size[pool] == 1, 1.0, np.where(size[pool] == 2, 0.06, 1e-6)) * np.exp(head_age[pool] / 12)
    weight = weight if small else np.ones(len(pool))
    key = np.log(weight) + register.rng.gumbel(size=len(pool))
    chosen = pool[np.argsort(-key, kind="stable")[:count]]
    when = np.full(len(register.village), NEVER, np.int32)
    when[chosen] = months[: len(chosen)]
    leaving = np.flatnonzero(register.is_member & (when[register.household] < NEVER))
    kind = MINUS if reason == WHOLE_DECREASE else REMOVED
    for household in chosen:
        register.log(
            Event(int(when[household]), kind, int(household), -1, 1, int(size[household]),
                  int(register.village[household]), -1, reason)
        )  # fmt: skip
    register.removed[leaving] = when[register.household[leaving]]
    register.removed_reason[leaving] = reason
    register.gone[chosen] = when[chosen]
    return chosen, len(leaving)


def split(register: Register, count: int, pool: np.ndarray, month: int) -> np.ndarray:
    """A grown son of each of ``count`` households sets up his own; returns old and new households.

    The new household inherits village, recognition and exit; the ledger's line carries its number.
    """
    age = (int(month_days(month)) - register.birth_day) / _YEAR
    in_pool = np.zeros(len(register.village), bool)
    in_pool[pool] = True
    size = register.size()
    may = register.is_member & in_pool[register.household] & (size[register.household] >= 2) & (age >= 18)
    sons = np.flatnonzero(may & ((register.relation == SON) | (register.relation == DAUGHTER)))
    if len(sons) < count:
        sons = np.flatnonzero(may & (register.relation != HEAD))
    married = register.count_members(register.is_member & (register.relation == SON_WIFE)) > 0
    weight = np.where(married[register.household[sons]], 1.0, 0.15)
    weight = weight * np.where(register.relation[sons] == SON, 1.0, 0.05)
    chosen = _one_a_household(register, sons, weight + 1e-9, count)
    touched: list[int] = []
    for who in chosen:
        old = int(register.household[who])
        new = len(register.village)
        moving = [int(who)]
        if register.relation[who] == SON:
            with_him = np.isin(register.relation, (SON_WIFE, GRANDSON, GRANDDAUGHTER))
            moving += np.flatnonzero(register.is_member & (register.household == old) & with_him).tolist()
        for name in ("village", "recognised", "exited", "parent"):
            grown = getattr(register, name)
            setattr(register, name, np.append(grown, grown[old]))
        register.gone = np.append(register.gone, np.int32(NEVER))
        register.household[moving] = new
        becomes = {SON_WIFE: SPOUSE, GRANDSON: SON, GRANDDAUGHTER: DAUGHTER}
        register.relation[moving] = [becomes.get(int(register.relation[m]), HEAD) for m in moving]
        register.relation[who] = HEAD
        register.log(Event(month, SPLIT, new, -1, 1, 0, int(register.village[new]), -1, BOOKED_APART))
        touched += [old, new]
    return np.array(touched, dtype=np.int64)


def merge(register: Register, count: int, pool: np.ndarray, month: int) -> np.ndarray:
    """Up to ``count`` small households join another of their village; returns both.

    The ledger's line carries the number of the household that ends.
    """
    size = register.size()
    order = pool[np.argsort(size[pool] + register.rng.random(len(pool)), kind="stable")]
    touched: list[int] = []
    for ending in order:
        if len(touched) >= 2 * count:
            break
        near = pool[(register.village[pool] == register.village[ending]) & (pool != ending) & (size[pool] <= 6)]
        near = near[~np.isin(near, touched)]
        if ending in touched or len(near) == 0:
            continue
        staying = int(register.rng.choice(near))
        moving = np.flatnonzero(register.is_member & (register.household == ending))
        head = np.flatnonzero(register.is_member & (register.household == staying) & (register.relation == HEAD))[0]
        older = (register.birth_day[head] - register.birth_day[moving]) / _YEAR
        relation = np.where(older > 18, np.where(register.sex[moving] == MALE, FATHER, MOTHER), SIBLING)
        register.relation[moving] = np.where(older < -18, OTHER, relation)
        register.household[moving] = staying
        register.gone[ending] = month
        register.log(Event(month, MERGE, int(ending), -1, 1, 0, int(register.village[ending]), -1, BOOKED_TOGETHER))
        touched += [int(ending), staying]
    return np.array(touched, dtype=np.int64)


def transfer(register: Register, count: int, pool: np.ndarray, month: int, villages: int) -> np.ndarray:
    """Whole households move to another village: one line out, one line in; returns them."""
    chosen = register.rng.choice(pool, min(count, len(pool)), replace=False)
    size = register.size()
    for household in chosen:
        old = int(register.village[household])
        new = (old + int(register.rng.integers(1, villages))) % villages
        persons = int(size[household])
        register.log(Event(month, MOVED_OUT, int(household), -1, 1, persons, old, new, RELOCATED))
        register.log(Event(month, MOVED_IN, int(household), -1, 1, persons, new, old, RELOCATED))
        register.village[household] = new
    return np.asarray(chosen)


def _one_a_household(register: Register, persons: np.ndarray, weight: np.ndarray, count: int) -> np.ndarray:
    """A weighted choice without replacement, at most one person of a household, in the order of the numbers."""
    able = np.flatnonzero(weight > 0)
    key = np.log(weight[able]) + register.rng.gumbel(size=len(able))
    ranked = persons[able[np.argsort(-key, kind="stable")]]
    _, first = np.unique(register.household[ranked], return_index=True)
    return np.sort(ranked[np.sort(first)[:count]])


def _log_person(register: Register, month: int, kind: int, person: int, reason: int) -> None:
    if month >= register.log_from:
        household = int(register.household[person])
        register.log(Event(month, kind, household, person, 0, 1, int(register.village[household]), -1, reason))
