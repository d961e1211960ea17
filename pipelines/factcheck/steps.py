"""From a to b: direction, growth, difference, multiple, the mean yearly growth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from pipelines.factcheck.change_relations import difference_relation, growth_relation, percent_change
from pipelines.factcheck.differences import LAST_YEAR
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    INCONSISTENT,
    UNCLEAR,
    Relation,
    difference,
    meets,
    ratio_of,
    shown,
    span,
)

_YEARLY = re.compile(r"年均|年平均|平均每年|每年")
_DOUBLED = re.compile(r"[^。;]{0,8}?翻了?(?P<count>[一两三])番(?P<more>多)?")


def from_to(one: Series, index: int, entry: Entry, fact: Fact) -> Iterator[Relation]:
    """From a to b: the direction, the growth in per cent, the difference, and the yearly mean of several years."""
    first, last = fact.base_figure, fact.figure
    if first is not None and last.value == 0 and last.kind == "number":
        last = replace(last, unit=first.unit, kind=first.kind)
    if (
        first is None
        or first.unit != last.unit
        or first.approx in ("at_least", "at_most")
        or last.approx in ("at_least", "at_most")
    ):
        return
    if fact.direction:
        is_right = (last.value - first.value) * fact.direction > 0
        words = {"first": first.text, "second": last.text}
        start, end = span((first, last), entry.start)
        verdict = CONSISTENT if is_right else INCONSISTENT
        code = "difference.way" if is_right else "difference.way_off"
        yield Relation("difference", start, end, last.text, last.text, verdict, code, words, (first, last), None)
    yield from _times(one, index, entry, first, last)
    yield from _doubled(one, entry, first, last)
    for said in [said for other in one.entries[max(0, index - 1) : index + 2] for said in other.said]:
        if (
            said.role == "change"
            and said.figure.end < first.start
            and first.start - said.figure.end < 12
            and said.figure.kind == "percent"
            and first.unit != "%"
        ):
            is_same = said in entry.said or not said.has_own_subject
            yield from percent_change(entry, last, first, said, is_sure=is_same)
        if (
            said.role != "change"
            or said.figure.start < last.end
            or said.is_each
            or (said.has_own_subject and not _YEARLY.search(said.label))
        ):
            continue
        if said.figure.start - last.end > 40 or (said.compared and LAST_YEAR.search(said.compared)):
            continue
        direction = said.direction or fact.direction or 1
        if _YEARLY.search(said.label):
            yield from _yearly(fact, said, entry, direction)
        elif said.figure.kind == "percent" and first.unit != "%" and first.value > 0:
            said.direction = direction
            yield from percent_change(entry, last, first, said, is_sure=True)
        elif said.figure.kind == "points" or said.figure.unit == last.unit:
            value = direction * (last.value - first.value)
            reach = difference(last.interval, first.interval)
            possible = reach if direction > 0 else (-reach[1], -reach[0])
            if first.unit == "%" and said.figure.kind == "percent":
                continue
            yield difference_relation(last, first, said.figure, value, possible, start=entry.start, is_sure=True)


def _times(one: Series, index: int, entry: Entry, first: Figure, last: Figure) -> Iterator[Relation]:
    """From a to b: n times the old, or n times more than the old."""
    for said in [said for other in one.entries[index : index + 2] for said in other.said]:
        if (
            said.figure.kind != "times"
            or said.figure.start < last.end
            or said.figure.start - last.end > 40
            or first.value <= 0
        ):
            continue
        if said.role == "of" and (
            said.base_figure is not None
            or not re.fullmatch(r"(?:是|为|原来|\d{4}年|当年|当时|期初|以前|之前|上年|前|\?)*", said.base)
        ):
            continue
        if said.role not in ("of", "change"):
            continue
        value, possible = ratio_of(last.value, last.interval, first.value, first.interval, 1)
        if said.role == "change":
            value, possible = value - 1, (possible[0] - 1, possible[1] - 1)
        verdict, _ = meets(said.figure, value, possible)
        text = shown(value, said.figure, 1)
        start, end = span((first, last, said.figure), entry.start)
        words = {"part": last.text, "whole": first.text, "value": text, "published": said.figure.text}
        code = "ratio.off" if verdict == INCONSISTENT else "ratio.exact"
        yield Relation(
            "ratio", start, end, said.figure.text, text, verdict, code, words, (first, last, said.figure), said.figure
        )


def _doubled(one: Series, entry: Entry, first: Figure, last: Figure) -> Iterator[Relation]:
    """翻一番: twice as much."""
    found = _DOUBLED.match(one.text, last.end - one.span[0])
    if found is None or first.value <= 0:
        return
    times = Decimal(2) ** (" 一两三".index(found["count"]))
    value = last.value / first.value
    is_right = value >= times * (1 if found["more"] else Decimal("0.95")) and value < times * Decimal("1.5")
    start, end = span((first, last), entry.start)
    end = one.span[0] + found.end()
    words = {"part": last.text, "whole": first.text, "value": f"{value:.2f}倍", "published": found[0][-4:].strip(",")}
    code, verdict = ("ratio.exact", CONSISTENT) if is_right else ("ratio.off", INCONSISTENT)
    yield Relation("ratio", start, end, words["published"], words["value"], verdict, code, words, (first, last), None)


def _yearly(fact: Fact, said: Fact, entry: Entry, direction: int) -> Iterator[Relation]:
    """The mean yearly growth between two years that are both named."""
    years = [int(year) for year in re.findall(r"(?:19|20)\d{2}", fact.base)] + list(fact.years[-1:])
    first, last = fact.base_figure, fact.figure
    if first is None or len(years) < 2 or years[-1] <= years[0] or said.figure.kind != "percent" or first.value <= 0:
        return
    count = years[-1] - years[0]
    value = direction * (Decimal(float(last.value / first.value) ** (1 / count)) - 1) * 100
    low = direction * (Decimal(float(last.interval[0] / first.interval[1]) ** (1 / count)) - 1) * 100
    high = (
        direction
        * (Decimal(float(last.interval[1] / max(first.interval[0], first.step / 10)) ** (1 / count)) - 1)
        * 100
    )
    verdict, _ = meets(said.figure, value, (min(low, high), max(low, high)))
    if verdict == INCONSISTENT and (
        said.is_real or fact.is_real or len(set(years)) != 2 or _fits_other_count(first, last, said.figure, count)
    ):
        verdict = UNCLEAR
    yield growth_relation(said.figure, (first, last), value, verdict, current=last.text, before=first.text, entry=entry)


def _fits_other_count(first: Figure, last: Figure, published: Figure, count: int) -> bool:
    """Whether one year more or less would fit: authors count years in two ways."""
    for other in (count - 1, count + 1):
        if other > 0:
            value = (Decimal(float(last.value / first.value) ** (1 / other)) - 1) * 100
            if abs(abs(value) - published.value) <= published.step:
                return True
    return False
