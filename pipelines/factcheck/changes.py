"""Growth, differences, from–to, multiples: what changed against what it changed from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.factcheck.change_relations import growth_relation, levels_of, percent_change, subtraction
from pipelines.factcheck.differences import LAST_YEAR, against_rate, gap_relations, natural_growth, remainders
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.other_changes import mean_changes, natural_change, structure_changes
from pipelines.factcheck.relations import (
    CONSISTENT,
    INCONSISTENT,
    UNCLEAR,
    Relation,
    difference,
    meets,
    ratio_of,
    shown,
)
from pipelines.factcheck.steps import from_to

_CONSTANT = re.compile(r"生产总值|增加值|总产值|GDP|产值|可比|不变价|收入|消费")
_DONE = re.compile(r"已|累计|完成|退出|脱贫|整改|验收|销号|支出|拨付|办结")


def check_changes(series: Sequence[Series]) -> Iterator[Relation]:
    """All changes of a text."""
    for place, one in enumerate(series):
        for index, entry in enumerate(one.entries):
            yield from _of_entry(one, index, entry)
            yield from _with_bracket(entry)
            yield from _year_before(one, index, entry)
            yield from gap_relations(one, index, entry)
            yield from mean_changes(one, index, entry)
            yield from structure_changes(one, index, entry)
            for fact in entry.said:
                if fact.role == "to":
                    yield from from_to(one, index, entry, fact)
                if fact.role == "change" and fact.figure.kind == "points":
                    yield from against_rate(series, place, index, entry, fact)
        yield from remainders(one)
        yield from natural_growth(one)
        yield from natural_change(one)


def _changes(entry: Entry, kind: str) -> list[Fact]:
    return [fact for fact in entry.said if fact.role == "change" and fact.figure.kind == kind and not fact.is_each]


def _of_entry(one: Series, index: int, entry: Entry) -> Iterator[Relation]:
    """The level, its growth in per cent and its growth in units; or the level and what it is compared with."""
    levels = levels_of(entry)
    percents, deltas = _changes(entry, "percent"), _changes(entry, "quantity")
    yield from _points(entry)
    if not levels and percents and deltas:
        levels = _levels_behind(one, index)
    if any(_is_later(fact, entry) for fact in (*percents, *deltas)):
        yield from _later(entry, levels, percents, deltas)
        return
    for percent in percents:
        if percent.base_figure is not None:
            yield from _against_base(entry, levels, percent)
        for delta in deltas:
            is_other = len(percents) > 1 and percent.compared != delta.compared and abs(delta.run - percent.run) > 1
            is_sure = len(levels) == 1 and len(deltas) == 1 and len(percents) == 1
            for current in [level for level in levels if level.unit == delta.figure.unit and not is_other]:
                yield from _growth(entry, current, delta, percent, is_sure=is_sure)
    for delta in [delta for delta in deltas if delta.base_figure is not None]:
        base = delta.base_figure
        for current in levels:
            if base is not None and current.unit == delta.figure.unit == base.unit:
                yield subtraction(current, base, delta, entry, is_sure=len(levels) == 1)


def _levels_behind(one: Series, index: int) -> list[Figure]:
    """比年初净增a，增长p%，达到b: the level comes after what is said of it."""
    following = one.entries[index + 1] if index + 1 < len(one.entries) else None
    if following is None or following.label or following.said:
        return []
    return levels_of(following)


def _is_later(fact: Fact, entry: Entry) -> bool:
    """2022年到位a，2023年比上年增加d: what is said is of a later year than the level before it."""
    return (
        bool(entry.levels and fact.years and entry.years)
        and fact.years[-1] == entry.years[-1] + 1
        and fact.run > entry.run
    )


def _later(
    entry: Entry, levels: Sequence[Figure], percents: Sequence[Fact], deltas: Sequence[Fact]
) -> Iterator[Relation]:
    """Growth in per cent and in units over the level of the year before."""
    for percent in percents:
        for delta in deltas:
            for base in levels:
                if base.unit != delta.figure.unit or base.value <= 0:
                    continue
                value, possible = ratio_of(delta.figure.value, delta.figure.interval, base.value, base.interval, 100)
                verdict, _ = meets(percent.figure, value, possible)
                if verdict == INCONSISTENT and (len(levels) > 1 or percent.is_real):
                    verdict = UNCLEAR
                step = delta.figure
                yield growth_relation(
                    percent.figure, (base, step), value, verdict, current=step.text, before=base.text, entry=entry
                )


def _points(entry: Entry) -> Iterator[Relation]:
    """A rate, up so many points on the rate of before that is printed."""
    rates = [fact.figure for fact in entry.levels if fact.figure.kind == "percent"]
    rates += [fact.figure for fact in entry.said if fact.role in ("share", "of") and fact.figure.kind == "percent"]
    for fact in _changes(entry, "points"):
        base = fact.base_figure
        before = [rate for rate in rates if rate.end <= fact.figure.start]
        if base is not None and base.kind == "percent" and before:
            yield subtraction(before[-1], base, fact, entry, is_sure=len(before) == 1)


def _year_before(one: Series, index: int, entry: Entry) -> Iterator[Relation]:
    """x，上年为y，增长p%: the value of the year before stands in a clause of its own."""
    neighbours = [one.entries[place] for place in (index - 1, index + 1) if 0 <= place < len(one.entries)]
    for other in neighbours:
        now, then = (other, entry) if _is_before(entry, other) else (entry, other)
        if not _is_before(then, now) or len(now.levels) != 1 or len(then.levels) != 1:
            continue
        current, base = now.levels[0].figure, then.levels[0].figure
        if current.unit != base.unit or base.value <= 0:
            continue
        for fact in [
            fact for fact in entry.said if fact.role == "change" and fact.base_figure is None and not fact.is_each
        ]:
            if fact.figure.start < max(current.end, base.end) or fact.figure.start - max(current.end, base.end) > 30:
                continue
            if fact.figure.kind == "percent" and current.kind != "percent":
                yield from percent_change(entry, current, base, fact, is_sure=True)
            elif fact.figure.unit == current.unit or (fact.figure.kind == "points" and current.kind == "percent"):
                yield subtraction(current, base, fact, entry, is_sure=True)


def _is_before(then: Entry, now: Entry) -> bool:
    """The label of ``then`` says last year and nothing else new."""
    says = LAST_YEAR.search(then.period) or LAST_YEAR.search(then.label)
    name = LAST_YEAR.sub("", then.label).strip("为是的有")
    same = not name or name == LAST_YEAR.sub("", now.label).strip("为是的有") or now.label.endswith(name)
    return bool(says) and same and not LAST_YEAR.search(now.period + now.label)


def _growth(entry: Entry, current: Figure, delta: Fact, percent: Fact, *, is_sure: bool) -> Iterator[Relation]:
    """Delta ÷ (current − delta)."""
    step = delta.figure
    sign = delta.direction or 1
    before = current.value - sign * step.value
    if before <= 0 or current.approx or step.approx:
        return
    span_before = (
        difference(current.interval, step.interval)
        if sign > 0
        else (current.interval[0] + step.interval[0], current.interval[1] + step.interval[1])
    )
    value, possible = ratio_of(
        step.value, step.interval, before, (max(span_before[0], Decimal("0.01")), span_before[1]), 100
    )
    verdict, _ = meets(percent.figure, value, possible)
    if verdict == INCONSISTENT and current.value > 0 and entry.levels and "相比" in entry.levels[0].tail:
        over, reach = ratio_of(step.value, step.interval, current.value, current.interval, 100)
        if meets(percent.figure, over, reach)[0] == CONSISTENT and entry.levels[0].figure.start < step.start:
            value, verdict, before = over, CONSISTENT, current.value
    if sign != (percent.direction or sign):
        verdict, _ = INCONSISTENT, "off"
    if verdict == INCONSISTENT and (percent.is_real or (_CONSTANT.search(entry.words) and "预算" not in entry.words)):
        verdict = (
            UNCLEAR
            if is_sure and not percent.is_real and "生产总值" not in entry.words and "增加值" not in entry.words
            else ""
        )
    if verdict == INCONSISTENT and not is_sure:
        verdict = UNCLEAR
    if verdict:
        prior = shown(before, current)
        yield growth_relation(
            percent.figure, (current, step), value, verdict, current=current.text, before=prior, entry=entry
        )


def _against_base(entry: Entry, levels: Sequence[Figure], percent: Fact) -> Iterator[Relation]:
    """x, up p % on the y of the year before."""
    base = percent.base_figure
    for current in levels:
        if base is not None and base.unit == current.unit and base.value > 0:
            yield from percent_change(entry, current, base, percent, is_sure=len(levels) == 1)


def _with_bracket(entry: Entry) -> Iterator[Relation]:
    """The value of the year before in a bracket behind the level."""
    if entry.aside is None or len(entry.aside.entries) != 1:
        return
    inner = entry.aside.entries[0]
    if not LAST_YEAR.search(entry.aside.text) or not inner.levels:
        return
    base = inner.levels[0].figure
    levels = [level for level in levels_of(entry) if level.unit == base.unit]
    for percent in _changes(entry, "percent"):
        for current in levels:
            yield from percent_change(entry, current, base, percent, is_sure=len(levels) == 1)
