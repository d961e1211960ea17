"""Relations on changes, made from figures whose roles are known: growth in per cent, differences.

Belongs here: their arithmetic. Does not belong here: which figures belong together.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipelines.factcheck.entries import Entry, Fact
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    UNCLEAR,
    Relation,
    difference,
    meets,
    ratio_of,
    shown,
    span,
)


def levels_of(entry: Entry) -> list[Figure]:
    """The quantities of an entry."""
    return [fact.figure for fact in entry.levels if fact.role == "level" and fact.figure.kind == "quantity"]


def growth_relation(
    published: Figure,
    used: tuple[Figure, ...],
    value: Decimal,
    verdict: str,
    *,
    current: str,
    before: str,
    entry: Entry,
) -> Relation:
    """Growth in per cent as printed against ``value``; ``current`` and ``before`` are what was compared."""
    code = {CONSISTENT: "exact", EXPLAINED: "truncated", UNCLEAR: "open"}.get(verdict, "off")
    start, end = span((*used, published), entry.start if abs(entry.start - used[0].start) < 40 else used[0].start)
    text = shown(value, published, 0 if verdict == CONSISTENT else 1)
    words = {"current": current, "before": before, "value": text, "published": published.text}
    return Relation(
        "growth", start, end, published.text, text, verdict, f"growth.{code}", words, (*used, published), published
    )


def percent_change(entry: Entry, current: Figure, base: Figure, percent: Fact, *, is_sure: bool) -> Iterator[Relation]:
    """Growth in per cent from ``base`` to ``current``; a doubt is unclear where ``is_sure`` is false."""
    if current.approx or base.approx:
        is_sure = False
    sign = percent.direction or 1
    value, possible = ratio_of(current.value, current.interval, base.value, base.interval, 100)
    low, high = sorted((sign * (possible[0] - 100), sign * (possible[1] - 100)))
    value = sign * (value - 100)
    verdict, _ = meets(percent.figure, value, (low, high))
    if verdict == INCONSISTENT and (percent.is_real or not is_sure):
        verdict = UNCLEAR
    yield growth_relation(
        percent.figure, (base, current), value, verdict, current=current.text, before=base.text, entry=entry
    )


def subtraction(first: Figure, second: Figure, published: Fact, entry: Entry, *, is_sure: bool) -> Relation:
    """The difference first − second (or the reverse for a fall) against the printed difference."""
    sign = published.direction or 1
    value = sign * (first.value - second.value)
    reach = difference(first.interval, second.interval)
    possible = reach if sign > 0 else (-reach[1], -reach[0])
    return difference_relation(
        first,
        second,
        published.figure,
        value,
        possible,
        start=entry.start,
        is_sure=is_sure and not first.approx and not second.approx,
    )


def difference_relation(
    first: Figure,
    second: Figure,
    published: Figure,
    value: Decimal,
    possible: tuple[Decimal, Decimal],
    *,
    start: int,
    is_sure: bool,
) -> Relation:
    """A printed difference against ``value``, which may lie anywhere in ``possible``."""
    verdict, _how = meets(published, value, possible)
    if verdict == EXPLAINED:
        verdict = CONSISTENT
    if verdict == INCONSISTENT and not is_sure:
        verdict = UNCLEAR
    code = {CONSISTENT: "exact", UNCLEAR: "open"}.get(verdict, "off")
    begin, end = span((first, second, published), start if published.start - start < 160 else first.start)
    text = shown(value, published)
    words = {"first": first.text, "second": second.text, "value": text, "published": published.text}
    return Relation(
        "difference",
        begin,
        end,
        published.text,
        text,
        verdict,
        f"difference.{code}",
        words,
        (first, second, published),
        published,
    )
