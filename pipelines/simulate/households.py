"""Invented households: how many members, who they are to the head, how old.

Belongs here: household sizes and composition at one date. Does not belong here: what happens to them afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from pipelines.files import read_yaml
from pipelines.simulate.calibration import FOLDER
from pipelines.simulate.identity import FEMALE, MALE

RELATIONS = (
    "户主", "配偶", "之子", "之女", "之儿媳", "之孙子", "之孙女", "之父", "之母", "之兄弟姐妹", "其他",
)  # fmt: skip
HEAD, SPOUSE, SON, DAUGHTER, SON_WIFE, GRANDSON, GRANDDAUGHTER, FATHER, MOTHER, SIBLING, OTHER = range(11)
_ROLES = ("head", "spouse", "child", "grown", "son", "wife", "grandchild", "father", "mother")
_YEAR = 365.2425


@dataclass(frozen=True)
class Members:
    """People, one array element each; ``household`` counts from 0 in the order of the sizes asked for."""

    household: np.ndarray
    relation: np.ndarray
    sex: np.ndarray
    birth_day: np.ndarray


@dataclass(frozen=True)
class _Templates:
    first: dict[int, int]
    cumulative: dict[int, np.ndarray]
    ages: np.ndarray
    roles: np.ndarray


@cache
def _model() -> tuple[np.ndarray, _Templates]:
    raw = read_yaml(FOLDER / "households.yml")
    shares = np.array([raw["sizes"][size] for size in sorted(raw["sizes"])], dtype=np.float64)
    ages: list[list[int]] = []
    roles: list[list[int]] = []
    first: dict[int, int] = {}
    cumulative: dict[int, np.ndarray] = {}
    for size, templates in sorted(raw["templates"].items()):
        first[size] = len(ages)
        cumulative[size] = np.cumsum([template["weight"] for template in templates])
        for template in templates:
            ages.append(template["age"])
            codes = [_ROLES.index(role) for role in template["roles"]]
            roles.append(codes + [-1] * (len(shares) - len(codes)))
    return shares / shares.sum(), _Templates(first, cumulative, np.array(ages), np.array(roles))


def sizes_with_total(count: int, total: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` household sizes between 1 and 9 that add up to ``total``; raises ValueError when none can."""
    shares, _ = _model()
    largest = len(shares)
    if not count <= total <= count * largest:
        raise ValueError(f"{total} persons do not fit into {count} households of 1 to {largest}")
    sizes = rng.choice(largest, count, p=shares) + 1
    while (gap := total - int(sizes.sum())) != 0:
        step = 1 if gap > 0 else -1
        room = np.flatnonzero(sizes < largest) if step > 0 else np.flatnonzero(sizes > 1)
        sizes[rng.choice(room, min(abs(gap), len(room)), replace=False)] += step
    return sizes


def with_total(size: np.ndarray, order: np.ndarray, count: int, total: int) -> np.ndarray:
    """``count`` of the candidates, the first of each size in ``order``, whose sizes add up to ``total``.

    ``size`` and ``order`` have one element a candidate. Raises ValueError where no choice gives the total.
    """
    most = int(size.max())
    there = np.bincount(size, minlength=most + 1)
    taken = np.bincount(size[np.argsort(order, kind="stable")[:count]], minlength=most + 1)
    missing = total - int((taken * np.arange(most + 1)).sum())
    step = 1 if missing > 0 else -1
    while missing:
        before = missing
        for at in range(1, most + 1):
            to = at + step
            if not 1 <= to <= most or not missing:
                continue
            moved = min(abs(missing), int(taken[at]), int(there[to] - taken[to]))
            taken[at] -= moved
            taken[to] += moved
            missing -= step * moved
        if missing == before:
            raise ValueError(
                f"At this size {count} households cannot have {total} members as the calibration asks: "
                "simulate a larger county (--scale 0.05 or more)."
            )
    ranked = np.lexsort((order, size))
    first = np.cumsum(there) - there
    place = np.empty(len(size), np.int64)
    place[ranked] = np.arange(len(size)) - first[size[ranked]]
    return np.flatnonzero(place < taken[size])


def compose(sizes: np.ndarray, day: int, rng: np.random.Generator) -> Members:
    """Members of households of these sizes as of ``day`` (days since 1970-01-01)."""
    _, templates = _model()
    chosen = np.zeros(len(sizes), dtype=np.int64)
    for size, start in templates.first.items():
        of_size = np.flatnonzero(sizes == size)
        cumulative = templates.cumulative[size]
        draw = rng.random(len(of_size)) * cumulative[-1]
        chosen[of_size] = start + np.minimum(np.searchsorted(cumulative, draw), len(cumulative) - 1)
    household = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(len(household)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    role = templates.roles[chosen[household], position]
    bounds = templates.ages[chosen]
    head_age = (bounds[:, 0] + rng.random(len(sizes)) * (bounds[:, 1] - bounds[:, 0]))[household]
    head_sex = np.where(rng.random(len(sizes)) < 0.84, MALE, FEMALE)
    # A head with spouse is nearly always the husband.
    has_spouse = np.bincount(household, role == _ROLES.index("spouse"), len(sizes)) > 0
    head_sex = np.where(has_spouse & (rng.random(len(sizes)) < 0.85), MALE, head_sex)[household]

    is_role = {name: role == index for index, name in enumerate(_ROLES)}
    noise = rng.random(len(role))
    order = position - _first_position(household, position, is_role["child"] | is_role["grown"])
    grand_order = position - _first_position(household, position, is_role["grandchild"])
    son_age = head_age - 20 - 5 * rng.random(len(sizes))[household]
    age = head_age.copy()
    age = np.where(is_role["spouse"], head_age + (noise - 0.5) * 6, age)
    age = np.where(is_role["child"], np.clip(head_age - 22 - 9 * noise - 2.5 * order, 0.1, 17.5), age)
    age = np.where(is_role["grown"], np.clip(head_age - 20 - 6 * noise - 2 * order, 18, 40), age)
    age = np.where(is_role["son"], son_age, age)
    age = np.where(is_role["wife"], son_age + (noise - 0.6) * 4, age)
    age = np.where(is_role["grandchild"], np.clip(son_age - 20.5 - 4 * noise - 2.5 * grand_order, 0.1, None), age)
    age = np.where(is_role["father"] | is_role["mother"], np.clip(head_age + 21 + 8 * noise, None, 97), age)
    age = np.where(is_role["spouse"] | is_role["wife"], np.maximum(age, 21), age)

    sex = np.where(rng.random(len(role)) < 0.52, MALE, FEMALE)
    sex = np.where(is_role["head"], head_sex, sex)
    sex = np.where(is_role["spouse"], MALE + FEMALE - head_sex, sex)
    sex = np.where(is_role["son"] | is_role["father"], MALE, sex)
    sex = np.where(is_role["wife"] | is_role["mother"], FEMALE, sex)

    relation = np.full(len(role), HEAD)
    relation[is_role["spouse"]] = SPOUSE
    young = is_role["child"] | is_role["grown"] | is_role["son"]
    relation[young] = np.where(sex[young] == MALE, SON, DAUGHTER)
    relation[is_role["wife"]] = SON_WIFE
    relation[is_role["grandchild"]] = np.where(sex[is_role["grandchild"]] == MALE, GRANDSON, GRANDDAUGHTER)
    relation[is_role["father"]] = FATHER
    relation[is_role["mother"]] = MOTHER
    birth_day = np.minimum(day - np.round(age * _YEAR).astype(np.int64), day - 1)
    return Members(
        household.astype(np.int32), relation.astype(np.int8), sex.astype(np.int8), birth_day.astype(np.int32)
    )


def _first_position(household: np.ndarray, position: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Per person: the position of the first member of the household inside ``mask``."""
    first = np.full(int(household.max(initial=-1)) + 1, 99)
    np.minimum.at(first, household[mask], position[mask])
    per_person: np.ndarray = first[household]
    return per_person
