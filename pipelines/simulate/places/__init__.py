"""The places that can be simulated, and which county-level unit of them is being built.

Belongs here: the places' own files (``figures.yml``, ``plan.yml``, ``units.yml`` in a folder of the place's name), how
they change the first county's, the unit in hand. Does not belong here: what the figures mean.

The first county, Shizong, is the base: its calibration stands in ``simulate/figures`` and its calendar in
``simulate/plans``. Another place says what differs. A prefecture is simulated unit by unit, each with its own
calibration, and its files hold the rows of all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import polars as pl

from pipelines.files import read_yaml

FOLDER = Path(__file__).parent
FIRST_PLACE = "shizong"
PLACES = (FIRST_PLACE, *sorted(path.name for path in FOLDER.iterdir() if (path / "plan.yml").is_file()))
# A mapping that holds this key takes the place of the first county's mapping instead of being merged into it.
INSTEAD = "_instead"

P = ParamSpec("P")
R = TypeVar("R")
_in_hand = [FIRST_PLACE]


def unit() -> str:
    """The unit in hand: the place's name, or ``place/unit`` for a part of a prefecture."""
    return _in_hand[-1]


@contextmanager
def at(name: str) -> Iterator[None]:
    """Build for this unit inside the block."""
    _in_hand.append(name)
    try:
        yield
    finally:
        _in_hand.pop()


def units_of(place: str) -> tuple[str, ...]:
    """The units of a place in the order of their files' rows; raises ValueError for a place that is not known."""
    if place not in PLACES:
        raise ValueError(f"place {place} is not known: choose one of {', '.join(PLACES)}")
    units = _read(place, "units.yml")
    return tuple(f"{place}/{name}" for name in units) if units else (place,)


def block_of(name: str) -> range:
    """The last two digits of the area prefixes that a unit's invented identity numbers may have."""
    units = units_of(name.partition("/")[0])
    if len(units) == 1:
        return range(1, 30)
    width = 99 // len(units)
    first = 1 + units.index(name) * width
    return range(first, first + width)


def per_unit(function: Callable[P, R]) -> Callable[P, R]:
    """Remember the results of a function of hashable arguments, separately for each unit."""
    remembered: dict[tuple[object, ...], R] = {}

    @wraps(function)
    def called(*args: P.args, **named: P.kwargs) -> R:
        key = (unit(), *args, *named.items())
        if key not in remembered:
            remembered[key] = function(*args, **named)
        return remembered[key]

    return called


def own_label() -> tuple[str, ...]:
    """What makes the random numbers of this unit differ from those of others; nothing for the first county."""
    return () if unit() == FIRST_PLACE else (unit(),)


def own_figures(base: dict[str, Any]) -> dict[str, Any]:
    """The first county's calibration with what the place, and then the unit in hand, say instead."""
    place, _, part = unit().partition("/")
    of_place = changed(base, _read(place, "figures.yml"))
    return changed(of_place, _read(place, "units.yml")[part]) if part else of_place


def own_calendar() -> dict[str, Any]:
    """What the place in hand delivers and how; empty for the first county, whose plan stands as it is."""
    return _read(unit().partition("/")[0], "plan.yml")


def changed(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` merged in, mapping by mapping; lists and values are replaced.

    >>> changed({"a": {"b": 1, "c": 2}, "d": [1]}, {"a": {"c": 3}, "d": [2]})
    {'a': {'b': 1, 'c': 3}, 'd': [2]}
    >>> changed({"a": {"b": 1}}, {"a": {"_instead": True, "c": 2}})
    {'a': {'c': 2}}
    """
    merged = dict(base)
    for key, value in changes.items():
        if isinstance(value, dict) and INSTEAD in value:
            merged[key] = {name: inner for name, inner in value.items() if name != INSTEAD}
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = changed(merged[key], value)
        else:
            merged[key] = value
    return merged


def own_plan(plan: dict[str, Any], words: dict[str, str]) -> dict[str, Any]:
    """A delivery plan in the words of the place: those of its figures, and ``words`` of the plan before them."""
    return dict(_replaced(plan, _words(unit().partition("/")[0]) | words))


def _replaced(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        for old, new in words.items():
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [_replaced(each, words) for each in value]
    if isinstance(value, dict):
        return {_replaced(key, words): _replaced(each, words) for key, each in value.items()}
    return value


def in_own_words(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame whose texts name the unit's county, prefecture and province instead of the first county's."""
    words = _words(unit())
    if not words:
        return frame
    old, new = list(words), list(words.values())
    return frame.with_columns(pl.col(pl.String).str.replace_many(old, new, leftmost=True))


@cache
def _words(name: str) -> dict[str, str]:
    """Old word → new word, the longer ones first."""
    place, _, part = name.partition("/")
    words = _read(place, "figures.yml").get("words", {})
    if part:
        words = words | _read(place, "units.yml")[part].get("words", {})
    return dict(sorted(words.items(), key=lambda each: -len(each[0])))


@cache
def _read(place: str, name: str) -> dict[str, Any]:
    path = FOLDER / place / name
    return dict(read_yaml(path) or {}) if path.is_file() else {}
