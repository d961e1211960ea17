"""Who holds a disability certificate and gets one of the two subsidies; in October 2020 exactly the report's number.

Belongs here: holders, grades, subsidies by month. Does not belong here: the columns of a file (``social``), dibao.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pipelines.simulate.assistance import COUNTED, certificate, dibao, is_holder, last_months, tekun
from pipelines.simulate.calibration import calibration, generator, half_even
from pipelines.simulate.county import BASE_MONTH, County
from pipelines.simulate.register import NEVER, month_index

SEVERE = 2  # grades below this index, the first and the second, are severe


@dataclass(frozen=True)
class Holders:
    """Holders of a certificate in the order of their numbers; subsidies from a month on, ``NEVER`` without one."""

    person: np.ndarray
    kind: np.ndarray
    grade: np.ndarray
    ungraded: np.ndarray
    living_since: np.ndarray
    nursing_since: np.ndarray
    until: np.ndarray

    def at(self, month: int) -> np.ndarray:
        """Positions of those on the list in ``month``."""
        return np.flatnonzero(self.until > month)


def subsidies_at(scale: float) -> tuple[int, int]:
    """Subsidies paid in October at ``scale``, and how many of them are nursing subsidies of the first grade.

    Those are paid at their own rate; with them the month's money is the report's to less than one rate.
    """
    given = calibration()["disability"]
    count = half_even(given["subsidies"]["person_times"], scale)
    cents = half_even(given["subsidies"]["month_ten_thousand_cny"] * 1_000_000, scale)
    rate, other = given["rates_cny"]["nursing_1"], given["rates_cny"]["other"]
    return count, round((cents / 100 - other * count) / (rate - other))


@lru_cache(maxsize=1)
def holders(county: County) -> Holders:
    """Everybody on the federation's list of 2020."""
    given: dict[str, Any] = calibration()["disability"]
    people, register = county.residents, county.register
    person = np.arange(len(county.birth_day))
    here = (people.since <= BASE_MONTH) & is_holder(county, person, BASE_MONTH)
    here[: county.registered_count] &= register.removed > BASE_MONTH
    person = person[here]
    ends = last_months(county, person)
    counted = ends > COUNTED
    outside = person >= county.registered_count
    on_dibao = np.isin(person, dibao(county).person[dibao(county).at(COUNTED)])
    free = ~np.isin(person, tekun(county).person)
    may_live = on_dibao & free & counted
    times, first_grade = subsidies_at(county.scale)
    wrong = max(1, round(times * given["without_right_share"]["value"]))
    covered = given["covered_share"]["value"]
    living = min(round(int(may_live.sum()) * covered), round(times * 0.6))
    nursing = times - living - 2 * wrong
    rng = generator(county.seed, "disability", county.scale)
    kind, grade = certificate(county, person)
    grade = _outside_grades(
        grade, outside & counted & free, rng, (round(first_grade / covered), round(nursing / covered))
    )
    grade = np.where(outside & ~counted, np.where(rng.random(len(person)) < 0.4, 1, 2), grade)
    is_severe = (grade < SEVERE) & free & counted
    gets = np.zeros((2, len(person)), bool)
    gets[0, rng.permutation(np.flatnonzero(may_live))[:living]] = True
    gets[1, rng.permutation(np.flatnonzero(is_severe & (grade == 0)))[:first_grade]] = True
    gets[1, rng.permutation(np.flatnonzero(is_severe & (grade > 0)))[: nursing - int(gets[1].sum())]] = True
    gets[0, rng.permutation(np.flatnonzero(counted & free & ~on_dibao))[:wrong]] = True
    left = times - int(gets.sum())
    gets[1, rng.permutation(np.flatnonzero(counted & free & (grade >= SEVERE)))[:left]] = True
    if int(gets.sum()) != times or int((gets[1] & (grade == 0)).sum()) != first_grade:
        raise ValueError(f"{times} disability subsidies do not fit the holders of this county")
    # Those who died before October had theirs until then.
    gets |= ~counted & free & np.stack([on_dibao, grade < SEVERE])
    late = rng.random((2, len(person))) < 0.12
    since = np.where(late, month_index(2020, 2) + rng.integers(0, 8, late.shape), month_index(2017, 1))
    since = np.where(gets, since, NEVER)
    plain = outside & ~gets.any(axis=0) & ~on_dibao & (grade >= SEVERE)
    rest = rng.permutation(np.flatnonzero(plain))[half_even(given["other_holders"]["value"], county.scale) :]
    kept = np.setdiff1d(np.arange(len(person)), rest)
    ungraded = plain & (rng.random(len(person)) < 0.004)
    until = ends.copy()
    until[:] = np.where(np.isin(person, tekun(county).person), NEVER, ends)
    return Holders(person[kept], kind[kept], grade[kept], ungraded[kept], since[0, kept], since[1, kept], until[kept])


def _outside_grades(
    grade: np.ndarray, free: np.ndarray, rng: np.random.Generator, wanted: tuple[int, int]
) -> np.ndarray:
    """Grades with so many of the first, and of the first two, in all; people in the register keep theirs."""
    first, severe = wanted
    kept = ~free
    ones = max(0, first - int((kept & (grade == 0)).sum()))
    twos = max(0, severe - first - int((kept & (grade == 1)).sum()))
    order = rng.permutation(np.flatnonzero(free))
    found = grade.copy()
    found[order] = 2 + (rng.random(len(order)) < 0.5)
    found[order[:ones]] = 0
    found[order[ones : ones + twos]] = 1
    return found
