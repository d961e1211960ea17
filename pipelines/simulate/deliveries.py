"""Which files a run delivers, under which names, on which days, and what is wrong with which.

Belongs here: the calendar of deliveries. Does not belong here: the content of a file.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from pipelines.simulate.calibration import delivery_plan, generator

LAST_YEAR = 2020
What = Literal["clean", "damaged", "open", "truncated", "township_missing", "duplicate", "resaved", "nameless"]
# Faulty versions come before the right one, copies after it.
_FIRST = ("nameless", "truncated", "township_missing", "damaged", "open")
_COPIES = ("duplicate", "resaved")


@dataclass(frozen=True)
class Version:
    """One file of a delivery: its name, its day, what it is."""

    what: What
    day: dt.date
    file_name: str
    kinds: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path below the folder of files."""
        return f"{self.day}/{self.file_name}"


@dataclass(frozen=True)
class Delivery:
    """A feed's period with all its versions in the order of arrival."""

    feed: str
    year: int
    month: int
    is_yearly: bool
    versions: tuple[Version, ...] = field(default_factory=tuple)

    @property
    def final(self) -> Version:
        """The version that counts in the end."""
        return next(version for version in self.versions if version.what in ("clean", "open"))

    @property
    def period(self) -> str:
        """YYYY-MM."""
        return f"{self.year}-{self.month:02d}"


def deliveries(months: int, seed: int) -> list[Delivery]:
    """Every delivery of a run over the first ``months`` months of 2020 and the years before."""
    plan = delivery_plan()
    faults: dict[tuple[str, int, int], dict[What, tuple[str, ...]]] = {}
    for fault in plan["faults"]:
        month = fault["month"] if fault["year"] < LAST_YEAR else (fault["month"] - 1) % months + 1
        key = (fault["feed"], fault["year"], month)
        # Faults that fall on one delivery, because there are fewer months, are planted in one file.
        kinds = faults.setdefault(key, {})
        kinds[fault["what"]] = tuple(dict.fromkeys([*kinds.get(fault["what"], ()), *fault.get("kinds", ())]))
    found = []
    for feed, spec in plan["feeds"].items():
        yearly = [(year, 12, True) for year in range(spec["first_year"], LAST_YEAR + bool(spec.get("is_yearly")))]
        sent = [] if spec.get("is_yearly") else [month for month in spec.get("months", range(1, 13)) if month <= months]
        for year, month, is_yearly in [*yearly, *((LAST_YEAR, month, False) for month in sent)]:
            slot = (feed, year, month)
            day = _arrival(slot, seed, months, is_yearly=is_yearly)
            found.append(_delivery(slot, list(faults.get(slot, {}).items()), day, seed, is_yearly=is_yearly))
    return found


def _delivery(
    slot: tuple[str, int, int], wrong: list[tuple[What, tuple[str, ...]]], day: dt.date, seed: int, *, is_yearly: bool
) -> Delivery:
    feed, year, month = slot
    rng = generator(seed, "versions", feed, year, month)
    before = sorted((entry for entry in wrong if entry[0] in _FIRST), key=lambda entry: _FIRST.index(entry[0]))
    is_open = any(what == "open" for what, _ in before)
    sequence: list[tuple[What, tuple[str, ...]]] = list(before)
    if not is_open:
        sequence.append(("clean", ()))
    sequence += [entry for entry in wrong if entry[0] in _COPIES]
    versions = []
    was_refused = False
    for what, kinds in sequence:
        name = _file_name(feed, year, month, is_yearly=is_yearly)
        stem, suffix = name.rsplit(".", 1)
        if what in ("clean", "open") and was_refused:
            name = f"{stem}（更正）.{suffix}"
        elif what == "nameless":
            name = f"{delivery_plan()['feeds'][feed]['file']}.{suffix}"
        elif what == "duplicate":
            name = f"{stem}副本.{suffix}"
        elif what == "resaved":
            name = f"{stem}（另存）.{suffix}"
        was_refused = was_refused or what in ("damaged", "truncated", "township_missing")
        versions.append(Version(what, day, name, kinds))
        day += dt.timedelta(days=int(rng.integers(2, 7)))
    return Delivery(feed, year, month, is_yearly, tuple(versions))


def _arrival(slot: tuple[str, int, int], seed: int, months: int, *, is_yearly: bool) -> dt.date:
    plan = delivery_plan()
    feed, year, month = slot
    rng = generator(seed, "arrival", feed, year, month)
    due = dt.date(year + month // 12, month % 12 + 1, plan["feeds"][feed]["due_day"])
    late = plan["very_late"]
    if not is_yearly and feed == late["feed"] and month == (late["month"] - 1) % months + 1:
        return due + dt.timedelta(days=late["days"])
    if rng.random() < plan["late_share"]:
        return due + dt.timedelta(days=int(rng.integers(1, 9)))
    return due - dt.timedelta(days=int(rng.integers(0, 4)))


def _file_name(feed: str, year: int, month: int, *, is_yearly: bool) -> str:
    spec = delivery_plan()["feeds"][feed]
    style = spec.get("when", "month")
    if style == "year_to_date" and is_yearly:
        when = f"{year}年1-12月"
    elif spec.get("is_yearly"):
        when = f"{year}年"
    elif style == "compact":
        when = f"{year}{month:02d}"
    else:
        when = f"{year}年{month}月"
    return f"{spec['file']}{when}{suffix_of(feed, year, month)}"


def suffix_of(feed: str, year: int, month: int) -> str:
    """The format in which the feed comes in this month: some departments change it."""
    spec = delivery_plan()["feeds"][feed]
    later = spec.get("suffix_in", {}) if year == LAST_YEAR else {}
    return str(later.get(month, spec["suffix"]))
