"""Sums that fit to the last digit between neighbouring figures: no wording is needed to see them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.factcheck.context import is_intensive
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.lists import KINDS_OF, make_list, sum_relation
from pipelines.factcheck.relations import CONSISTENT, Relation

_LONGEST_RUN = 14
_REACH = 600


def fitting_sums(series: Sequence[Series]) -> Iterator[Relation]:
    """Neighbouring figures whose sum is another figure nearby to the last digit: no wording is needed to see it."""
    by_unit: dict[str, list[tuple[Entry, Fact]]] = {}
    for one in series:
        for entry in one.entries:
            for fact in (*entry.levels, *(said for said in entry.said if said.role == "to")):
                if (
                    fact.role in ("level", "to")
                    and fact.figure.kind == "quantity"
                    and fact.figure.unit not in KINDS_OF
                    and not is_intensive(entry)
                ):
                    by_unit.setdefault(fact.figure.unit, []).append((entry, fact))
    for pairs in by_unit.values():
        yield from _fitting_in(sorted(pairs, key=lambda pair: pair[1].figure.start))


def _fitting_in(pairs: Sequence[tuple[Entry, Fact]]) -> Iterator[Relation]:
    values = [fact.figure.value for _, fact in pairs]
    for place, (entry, fact) in enumerate(pairs):
        if fact.figure.approx or fact.figure.digits < 2:
            continue
        for start in range(max(0, place - _LONGEST_RUN), min(len(pairs), place + 4)):
            total, end = Decimal(0), start
            while end < len(pairs) and end - start < _LONGEST_RUN and total < values[place] and end != place:
                total += values[end]
                end += 1
            touches = start <= place + 3 if start > place else place - end <= 2
            near = max(
                abs(pairs[start][1].figure.start - fact.figure.start),
                abs(pairs[end - 1][1].figure.start - fact.figure.start),
            )
            is_small = fact.figure.digits < 3
            is_told = end - start > (2 if is_small else 1) and (not is_small or near < _REACH / 6)
            if total == values[place] and is_told and touches and place not in range(start, end) and near < _REACH:
                yield sum_relation(
                    make_list(fact, entry, pairs[start:end], "", is_near=False), total, CONSISTENT, "sum.exact"
                )
                break
        yield from _around(pairs, place)


def _around(pairs: Sequence[tuple[Entry, Fact]], place: int) -> Iterator[Relation]:
    """Parts on both sides of their whole."""
    entry, fact = pairs[place]
    if fact.figure.digits < 4:
        return
    for left in range(max(0, place - 4), place):
        for right in range(place + 1, min(len(pairs), place + 5)):
            run = [*pairs[left:place], *pairs[place + 1 : right + 1]]
            total = sum((part.figure.value for _, part in run), Decimal(0))
            if total == fact.figure.value and abs(run[0][1].figure.start - run[-1][1].figure.end) < _REACH:
                yield sum_relation(make_list(fact, entry, run, "", is_near=False), total, CONSISTENT, "sum.exact")
                return


def fitting_across(one: Series) -> Iterator[Relation]:
    """Some neighbours in a list that add up to a count of something else in the same sentence: signs put up for the
    assets of three levels.
    """
    counts = [
        (entry, fact)
        for entry in one.entries
        for fact in entry.levels
        if fact.role == "level" and fact.figure.is_exact_count and fact.figure.unit not in KINDS_OF
    ]
    for place, (whole, fact) in enumerate(counts):
        if fact.figure.digits < 4:
            continue
        for start in range(len(counts)):
            for end in range(start + 3, min(len(counts), start + 6) + 1):
                run = counts[start:end]
                units = {part.figure.unit for _, part in run}
                total = sum((part.figure.value for _, part in run), Decimal(0))
                if (
                    total == fact.figure.value
                    and len(units) == 1
                    and not start <= place < end
                    and units != {fact.figure.unit}
                ):
                    yield sum_relation(make_list(fact, whole, run, "", is_near=False), total, CONSISTENT, "sum.exact")
