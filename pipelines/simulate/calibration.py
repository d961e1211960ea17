"""The figures that a synthetic county is made to fit, and how they shrink with the scale.

Belongs here: loading the calibration files, apportionment. Does not belong here: people, money movements, files; which
places there are (``places``).
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.files import read_yaml
from pipelines.simulate.places import at, changed, own_calendar, own_figures, own_label, own_plan, per_unit, units_of

FOLDER = Path(__file__).parent
AREAS_FOLDER = FOLDER.parent / "areas" / "reference"
EXIT_YEARS = (2014, 2015, 2016, 2017, 2018, 2019, 2020)
SMALLEST_SCALE = 0.01
LARGEST_SCALE = 3.0  # in the same villages: what a machine stands, not what a report says
_TINY = 1e-200


@per_unit
def calibration() -> dict[str, Any]:
    """The calibration of the county being built: the files below ``figures``, changed by its place's own file."""
    return own_figures(load_parts("figures", depth=1))


@per_unit
def delivery_plan() -> dict[str, Any]:
    """The delivery plan of the place being built: the files below ``plans``, changed by its place's own file.

    A place's file names the feeds that are delivered there; its words are the place's own.
    """
    plan = load_parts("plans", depth=3)
    changes = own_calendar()
    if not changes:
        return plan
    delivered = changes.get("feeds", {})
    plan["feeds"] = {feed: spec for feed, spec in plan["feeds"].items() if feed in delivered}
    plan["faults"] = []
    plan["very_late"] = {"feed": "", "month": 1, "days": 0}
    return own_plan(changed(plan, changes), changes.get("words", {}))


def delivered_feeds(place: str) -> frozenset[str]:
    """The feeds of which the synthetic place has files."""
    with at(units_of(place)[0]):
        return frozenset(delivery_plan()["feeds"])


def load_parts(folder: str, depth: int) -> dict[str, Any]:
    """The YAML files of a folder as one mapping, merged down to ``depth`` keys; raises ValueError for a key twice."""
    merged: dict[str, Any] = {}
    for path in sorted((FOLDER / folder).glob("*.yml")):
        _merge(merged, read_yaml(path), depth, path.name)
    return merged


def _merge(into: dict[str, Any], part: dict[str, Any], depth: int, name: str) -> None:
    for key, value in part.items():
        if key not in into:
            into[key] = value
        elif depth > 1 and isinstance(value, dict):
            _merge(into[key], value, depth - 1, name)
        elif isinstance(value, list):
            into[key] = [*into[key], *value]
        else:
            raise ValueError(f"{name}: {key} stands in another file already")


def generator(seed: int, *parts: object) -> np.random.Generator:
    """A random generator of its own for each part of the county, so that parts can be built in any order."""
    label = "|".join(map(str, (*own_label(), *parts))).encode()
    return np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(label)]))


def half_even(value: float, scale: float) -> int:
    """``value × scale`` rounded half to even, without binary surprises."""
    return int((Decimal(str(value)) * Decimal(str(scale))).to_integral_value(ROUND_HALF_EVEN))


def apportion(weights: npt.ArrayLike, total: int) -> np.ndarray:
    """Whole numbers in proportion to ``weights`` that add up to ``total``: largest remainder, first index wins ties."""
    share = np.asarray(weights, dtype=np.float64)
    if total == 0 or share.sum() == 0:
        return np.zeros(len(share), dtype=np.int64)
    if share.sum() < _TINY:
        # The quotient below would overflow, and what adds up to no number never adds up to the total.
        share = share / share.max()
    exact = share * (total / share.sum())
    whole: np.ndarray = np.floor(exact + 1e-9).astype(np.int64)
    by_remainder = np.argsort(whole - exact, kind="stable")
    while (left := total - int(whole.sum())) != 0:
        # Negative only where a quotient was rounded up to a whole number in floating point.
        able = by_remainder if left > 0 else by_remainder[::-1][whole[by_remainder[::-1]] > 0]
        whole[able[: abs(left)]] += 1 if left > 0 else -1
    return whole


def shrunk(parts: Sequence[int], scale: float) -> np.ndarray:
    """``parts`` × ``scale`` in whole numbers that add up to the rounded share of their total: largest remainder.

    Exact in decimals, as the list of published figures shrinks them; ``apportion`` divides a total that is rounded.

    >>> shrunk([10960, 4879, 12369], 0.037).tolist()
    [405, 181, 458]
    """
    exact = [Decimal(part) * Decimal(str(scale)) for part in parts]
    whole = np.array([int(value) for value in exact], np.int64)
    rest = [int(count) - value for count, value in zip(whole, exact, strict=True)]
    upwards = sorted(range(len(parts)), key=lambda at: (rest[at], at))
    whole[upwards[: half_even(sum(parts), scale) - int(whole.sum())]] += 1
    return whole


@dataclass(frozen=True)
class Exits:
    """Households and persons that leave poverty per year, and the net change after exit until its printed month."""

    households: dict[int, int]
    persons: dict[int, int]
    net_households: int
    net_persons: int


def exits_at(scale: float) -> Exits:
    """The yearly exits at ``scale``: the vectors are apportioned separately, exact at scale 1.

    The calibration may name ``blocks`` of years of which only the sum is printed: each is then rounded by itself, so
    that the printed sums of several counties can be told at every scale.
    """
    given = calibration()["exits"]
    net = given["net_change_after_exit"]
    blocks = given.get("blocks", [list(EXIT_YEARS)])
    return Exits(
        _shrunk_by_block(given["households"], blocks, scale),
        _shrunk_by_block(given["persons"], blocks, scale),
        half_even(net["households"], scale),
        half_even(net["persons"], scale),
    )


def _shrunk_by_block(values: dict[int, int], blocks: list[list[int]], scale: float) -> dict[int, int]:
    shrunk: dict[int, int] = {}
    for years in blocks:
        parts = [values[year] for year in years]
        shrunk |= dict(zip(years, map(int, apportion(parts, half_even(sum(parts), scale))), strict=True))
    return {year: shrunk[year] for year in EXIT_YEARS}


@dataclass(frozen=True)
class Villages:
    """The county's villages of 2020 in the order of their codes, one array element each."""

    codes: tuple[str, ...]
    long_names: tuple[str, ...]
    short_names: tuple[str, ...]
    townships: tuple[str, ...]
    township_codes: tuple[str, ...]
    is_listed: np.ndarray
    exit_years: np.ndarray
    register_weight: np.ndarray
    resident_weight: np.ndarray
    is_urban: np.ndarray
    minority_share: np.ndarray

    @property
    def township_names(self) -> tuple[str, ...]:
        """Each township once, in the order of the codes."""
        return tuple(dict.fromkeys(self.townships))


def county_units() -> str:
    """The code of the row that stands for the county's own departments (see ``pipelines.areas``)."""
    return str(calibration()["place"]["county_code"])[:6] + "000001"


def short_name(name: str) -> str:
    """The everyday form of a village name.

    >>> short_name("山龙村民委员会"), short_name("丹凤社区居民委员会")
    ('山龙村', '丹凤社区')
    """
    return name.removesuffix("民委员会") if name.endswith("村民委员会") else name.removesuffix("居民委员会")


def _codes_not_yet(place: dict[str, Any]) -> set[str]:
    if place["history_file"] is None:
        return set(place["villages_not_yet"]["codes"])
    history = AREAS_FOLDER / place["history_file"]
    if not history.is_file():
        return set(place["villages_not_yet"]["codes"])
    with history.open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    return {row.get("area_code") or row["code"] for row in rows if row["valid_from"] > "2020-12-31"}


@per_unit
def villages() -> Villages:
    """The county's villages of 2020; raises FileNotFoundError when the table of divisions is missing."""
    place, given = calibration()["place"], calibration()["villages"]
    with (AREAS_FOLDER / place["areas_file"]).open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    later = _codes_not_yet(place)
    rows = [row for row in rows if row["code"] not in later and row["code"].startswith(place["county_code"][:6])]
    rows.sort(key=lambda row: row["code"])
    short = [short_name(row["name"]) for row in rows]
    towns = [row["street"] for row in rows]
    rng = generator(0, "villages")
    is_urban = _urban(short, given)
    listed = _listed(is_urban, given, rng)
    exit_years = np.zeros(len(rows), dtype=np.int64)
    order = rng.permutation(np.flatnonzero(listed))
    years = np.repeat(list(given["exits"]), list(given["exits"].values()))
    exit_years[order[: len(years)]] = years
    register = np.where(listed, given["listed_register_weight"], given["unlisted_register_weight"])
    poor_town = np.array([town in given["listed_townships"] for town in towns])
    register = register * np.where(poor_town, given["listed_township_register_weight"], 1.0)
    if not given["registered_in_town"]:
        in_town = is_urban | np.array([town.endswith("街道") for town in towns])
        register = np.where(in_town & ~listed, 0.0, register)
    shares = given["minority_share"]
    return Villages(
        codes=tuple(row["code"] for row in rows),
        long_names=tuple(row["name"] for row in rows),
        short_names=tuple(short),
        townships=tuple(towns),
        township_codes=tuple(row["streetCode"] + "000" for row in rows),
        is_listed=listed,
        exit_years=exit_years,
        register_weight=register * rng.uniform(0.6, 1.5, len(rows)),
        resident_weight=np.where(is_urban, given["urban_weight"], 1.0) * rng.uniform(0.85, 1.2, len(rows)),
        is_urban=is_urban,
        minority_share=np.where(
            np.isin(towns, list(given["minority_townships"])), shares["minority_township"], shares["elsewhere"]
        ),
    )


def _urban(names: list[str], given: dict[str, Any]) -> np.ndarray:
    """Communities in town: by name where the calibration names them, otherwise what is called 社区 or 居委会."""
    if given["not_listed"]:
        return np.array([name in given["not_listed"] for name in names])
    return np.array([name.endswith(("社区", "居委会", "居")) for name in names])


def _listed(is_urban: np.ndarray, given: dict[str, Any], rng: np.random.Generator) -> np.ndarray:
    """The villages that were listed as poor: every rural one, or ``listed_count`` of them."""
    if "listed_count" not in given:
        return ~is_urban
    listed = np.zeros(len(is_urban), dtype=bool)
    listed[rng.permutation(np.flatnonzero(~is_urban))[: given["listed_count"]]] = True
    return listed
