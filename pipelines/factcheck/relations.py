"""What the checker says of one relation, and the arithmetic of printed digits that its verdict stands on.

Belongs here: intervals, tolerance, verdicts. Does not belong here: which figures belong together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from pipelines.factcheck.figures import Figure

CONSISTENT, INCONSISTENT, EXPLAINED, UNCLEAR = "consistent", "inconsistent", "explained", "unclear"
KINDS = ("sum", "share", "growth", "difference", "ratio", "unit", "bound", "repeat")
Interval = tuple[Decimal, Decimal]


@dataclass(frozen=True)
class Relation:
    """One relation in normalised offsets. ``code`` and ``words`` make the sentence why; ``figures`` are those used."""

    kind: str
    start: int
    end: int
    published: str
    recomputed: str
    verdict: str
    code: str
    words: Mapping[str, str] = field(default_factory=dict)
    figures: tuple[Figure, ...] = ()
    about: Figure | None = None
    tolerance: str = ""
    source: str = ""

    @property
    def published_at(self) -> int:
        """Where the printed figure begins."""
        return self.start if self.about is None else self.about.start


def meets(published: Figure, value: Decimal, possible: Interval) -> tuple[str, str]:
    """Verdict and reason of a printed figure against a recomputed ``value`` that may lie anywhere in ``possible``.

    Rounding of the printed digits is consistent, cutting them off is explained; figures that were rounded before
    may explain the rest.
    """
    if published.approx:
        low, high = published.interval
        return (CONSISTENT, "approx") if possible[0] <= high and low <= possible[1] else (INCONSISTENT, "off")
    half = published.step / 2
    printed = published.value
    if abs(value - printed) <= half:
        return CONSISTENT, "exact" if value == printed else "rounded"
    cut = printed - published.step < value < printed if value < 0 else printed < value < printed + published.step
    if cut:
        return EXPLAINED, "truncated"
    if possible[0] < printed + published.step and printed - half < possible[1] and possible[0] < possible[1]:
        return CONSISTENT, "inputs_rounded"
    return INCONSISTENT, "off"


def quotient(part: Figure, whole: Figure, factor: int = 100) -> tuple[Decimal, Interval]:
    """``factor`` × part ÷ whole, as printed and as it may be."""
    return ratio_of(part.value, part.interval, whole.value, whole.interval, factor)


def ratio_of(part: Decimal, parts: Interval, whole: Decimal, wholes: Interval, factor: int) -> tuple[Decimal, Interval]:
    """``factor`` × part ÷ whole for positive wholes; an unbounded side stays unbounded."""
    value = factor * part / whole
    low_whole = max(wholes[0], whole / 1000)
    corners = [
        factor * one / other
        for one in parts
        for other in (low_whole, wholes[1])
        if one.is_finite() and other.is_finite()
    ]
    low, high = min(corners), max(corners)
    if not wholes[1].is_finite():
        low = Decimal(0)
    if not parts[1].is_finite():
        high = Decimal("Infinity")
    return value, (low, high)


def difference(first: Interval, second: Interval) -> Interval:
    """First − second."""
    return first[0] - second[1], first[1] - second[0]


def shown(value: Decimal, like: Figure, more: int = 0) -> str:
    """A recomputed value the way ``like`` is printed, with ``more`` decimals more."""
    scaled = value / like.scale
    step = like.step / like.scale
    places = max(0, -int(step.normalize().as_tuple().exponent)) + more
    scaled = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    tail = next((like.text[place:] for place in range(len(like.text)) if _is_unit(like, place)), like.unit)
    return f"{scaled:f}{tail}"


def _is_unit(figure: Figure, place: int) -> bool:
    rest = figure.text[place:]
    return bool(rest) and rest[0] in "万亿千百十" + figure.unit[:1] and rest.endswith(figure.unit[-1:])


def span(figures: Sequence[Figure], *starts: int) -> tuple[int, int]:
    """From the first to the last of the figures, and of the given starts."""
    return min([*starts, *(figure.start for figure in figures)]), max(figure.end for figure in figures)
