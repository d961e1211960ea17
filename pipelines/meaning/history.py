"""Which earlier files a file can be compared with, and the finding that a comparison yields.

Belongs here: the subject of a check, its past, comparability. Does not belong here: the checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from pipelines.contracts import Contract
from pipelines.meaning.profile import FieldProfile, Profile

if TYPE_CHECKING:
    from pipelines.meaning.thresholds import Thresholds

YEARLY_GAP = 6
RECENT = 3


@dataclass(frozen=True)
class Finding:
    """What a check found: whether it stops the file, and one sentence; never a personal value."""

    check: str
    is_refusal: bool
    zh: str
    en: str
    count: int = 1


@dataclass(frozen=True)
class Subject:
    """A file to be compared; ``waived`` are the checks that a steward has let pass: no reference for those."""

    receipt_id: str
    period: str
    content_hash: str
    profile: Profile
    waived: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Comparison:
    """A file and the accepted earlier ones of its feed, oldest first: all of them, and those of its own kind."""

    now: Subject
    earlier: Sequence[Subject]
    alike: Sequence[Subject]
    contract: Contract
    thresholds: Thresholds

    def limits(self, check: str, field: str | None = None) -> dict[str, float] | None:
        """The threshold values of a check for this feed, period and field; None when it is off."""
        return self.thresholds.of(check, self.now.period, self.contract.feed, field)  # type: ignore[arg-type]

    def past(self, check: str, field: str, *, minimum: float = 1) -> list[FieldProfile]:
        """The field's profiles in files of the same kind that are a reference for the check, oldest first."""
        found = [each.profile.fields.get(field) for each in self.alike if check not in each.waived]
        return [each for each in found if each is not None and each.filled_count >= minimum]

    def named(self, field: str) -> tuple[str, str]:
        """How a field is called in both languages: its header, and its house name."""
        return f"“{self.contract.field(field).header}”", field


def months_between(earlier: str, later: str) -> int:
    """Months from one period 'YYYY-MM' to another.

    >>> months_between("2019-11", "2020-02")
    3
    """
    return (int(later[:4]) - int(earlier[:4])) * 12 + int(later[5:]) - int(earlier[5:])


def compare(now: Subject, earlier: Sequence[Subject], contract: Contract, thresholds: Thresholds) -> Comparison:
    """A file with its past: at most the last periods that the threshold ``history`` names, and no older ones.

    A snapshot is like every other snapshot. The list of a budget year is like those of its own year and of the same
    month of earlier years. An increment is like those that cover as many months: a file that follows a long gap holds a
    year, so a feed's yearly files say nothing about its monthly ones.
    """
    limits = thresholds.of("history", now.period, contract.feed) or {"periods": 12, "months": 36}
    recent = [each for each in earlier if months_between(each.period, now.period) <= limits["months"]]
    if contract.coverage == "snapshot":
        alike = recent
    elif contract.coverage == "year_to_date":
        alike = [each for each in recent if each.period[:4] == now.period[:4] or each.period[5:] == now.period[5:]]
    else:
        periods = [each.period for each in earlier]
        kinds = {period: _is_yearly(before, period) for before, period in zip([None, *periods], periods, strict=False)}
        own = _is_yearly(periods[-1] if periods else None, now.period)
        alike = [each for each in recent if kinds[each.period] == own]
    return Comparison(now, recent, alike[-int(limits["periods"]) :], contract, thresholds)


def _is_yearly(before: str | None, period: str) -> bool:
    """True for a December after a gap: the file holds a year, not a month."""
    return period.endswith("-12") and (before is None or months_between(before, period) >= YEARLY_GAP)


def usual(values: Sequence[float]) -> float:
    """The median of earlier values."""
    return median(values)


def usual_quantiles(past: Sequence[FieldProfile]) -> list[float] | None:
    """The median of each quantile over the latest profiles that have any; None without one."""
    found = [each.quantiles for each in past[-RECENT:] if each.quantiles is not None]
    return [median(values) for values in zip(*found, strict=True)] if found else None


def share(part: float, whole: float) -> float:
    """A share, 0 of nothing."""
    return part / whole if whole else 0.0
