"""Parts, rests and complements whose whole stands in another sentence: told only where they fit.

Belongs here: nouns that two places share, and what follows for their figures. Does not belong here: lists of one
sentence, and any contradiction - two places never speak of the same thing for certain.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from pipelines.factcheck.change_relations import subtraction
from pipelines.factcheck.context import core
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.lists import make_list, sum_relation
from pipelines.factcheck.relations import CONSISTENT, Relation, span

_ALL_OF = re.compile(r"全[县市区省镇乡]")
_EVERY = re.compile(r"全部|均|都")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_WINDOW = 100
_LABELLED = 4
_COUNTED = 3
_LONGEST_NOUN = 8
_REST = re.compile(r"(?:还剩|剩余|尚有|仍有|仍剩|尚未退出的?|未脱贫的?)$")
_DONE = re.compile(r"退出|脱贫|摘帽|完成|整改|销号|出列")
_PICKED = re.compile(r"排查出|筛查出|检查出|识别出|锁定|核定|确诊")
_SIFTED = re.compile(r"认定|联审|排查|核查|筛查|检查|抽查|普查|走访|审查|鉴定|摸底|识别")
_HEADS = re.compile(r"[村户人镇乡县家社]")


@dataclass(frozen=True)
class _Place:
    """One counted level; ``noun`` is what is counted, ``is_whole`` that all there are of it are meant."""

    figure: Figure
    fact: Fact
    entry: Entry
    one: Series
    noun: str
    is_whole: bool


def check_subsets(series: Sequence[Series]) -> Iterator[Relation]:
    """Bounds, rests and complements over the sentences of a text."""
    places = list(_places(series))
    yield from _parts(places)
    yield from _rests(places)
    yield from _complements(places)
    for one in series:
        yield from _picked(one)
        yield from _deals(one)


def _places(series: Sequence[Series]) -> Iterator[_Place]:
    for one in series:
        for entry in one.entries:
            for fact in entry.levels:
                figure = fact.figure
                if fact.role != "level" or figure.kind != "quantity" or figure.unit == "元" or figure.is_hanzi:
                    continue
                after = _HAN.match(fact.tail)
                is_before = after is None and len(entry.label) >= _COUNTED
                noun = entry.label if is_before else after[0] if after else ""
                is_all = bool(_ALL_OF.search(entry.label)) or (not is_before and bool(_EVERY.search(fact.tail)))
                yield _Place(figure, fact, entry, one, noun, is_all)


def _parts(places: Sequence[_Place]) -> Iterator[Relation]:
    """22个贫困村, and 全县98个贫困村 elsewhere: a part of those that all are meant by."""
    wholes: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        if place.is_whole and not place.figure.approx and place.noun:
            wholes[place.figure.unit].append(place)
    for known in wholes.values():
        known.sort(key=lambda whole: whole.figure.start)
    for place in places:
        if place.is_whole or place.figure.digits < 2:
            continue
        for whole in _nearest(wholes[place.figure.unit], place):
            if whole.one.index != place.one.index and _is_part_of(place, whole):
                yield _bound(place.entry, place.figure, whole.figure)
                break


def _nearest(wholes: Sequence[_Place], place: _Place) -> Sequence[_Place]:
    """The wholes around a place, a report's length on either side: the cost grows with the text and no faster."""
    at = bisect_left(wholes, place.figure.start, key=lambda whole: whole.figure.start)
    return wholes[max(0, at - _WINDOW) : at + _WINDOW]


def _is_part_of(place: _Place, whole: _Place) -> bool:
    """The noun of the part begins the whole's noun (counts) or stands in its label (persons, households)."""
    is_below = place.figure.interval[1] < whole.figure.value
    if not is_below or (place.entry.years and whole.entry.years and place.entry.years != whole.entry.years):
        return False
    if whole.fact.tail.startswith(whole.noun):
        noun = place.noun if place.fact.tail.startswith(place.noun) else place.noun[-_COUNTED:]
        follows = whole.noun[len(noun) : len(noun) + 1]
        return _COUNTED <= len(noun) <= _LONGEST_NOUN and whole.noun.startswith(noun) and follows != "民"
    noun = core(place.noun)
    return len(noun) >= _LABELLED and not place.fact.tail and noun in whole.noun


def _bound(entry: Entry, part: Figure, whole: Figure, code: str = "bound.part") -> Relation:
    start, end = span((part,), max(entry.start, part.start - 40))
    words = {"total": whole.text, "part": part.text}
    return Relation(
        "bound", start, end, part.text, f"≤{whole.text}", CONSISTENT, code, words, (whole, part), part
    )  # fmt: skip


def _rests(places: Sequence[_Place]) -> Iterator[Relation]:
    """还剩18个贫困村, where 200个贫困村累计退出182个 was said before."""
    pairs = [
        (whole, done)
        for whole, done in itertools.pairwise(places)
        if whole.figure.unit == done.figure.unit
        and whole.one is done.one
        and whole.figure.is_exact_count
        and done.figure.is_exact_count
        and _DONE.search(done.entry.label)
    ]
    pairs.sort(key=lambda pair: pair[0].figure.start)
    for place in places:
        if not _REST.search(place.entry.label) or len(place.noun) < _COUNTED:
            continue
        at = bisect_left(pairs, place.figure.start, key=lambda pair: pair[0].figure.start)
        for whole, done in pairs[max(0, at - _WINDOW) : at + _WINDOW]:
            if (
                whole.one.index != place.one.index
                and whole.figure.unit == place.figure.unit
                and whole.noun.startswith(place.noun)
                and whole.figure.value - done.figure.value == place.figure.value
            ):
                left = Fact(place.figure, "change", "", place.figure.start, place.entry.run, direction=1)
                relation = subtraction(whole.figure, done.figure, left, place.entry, is_sure=False)
                yield _at(relation, place)
                break


def _at(relation: Relation, place: _Place) -> Relation:
    """The relation with the excerpt at one place only: its other figures stand far away."""
    start, end = span((place.figure,), max(place.entry.start, place.figure.start - 40))
    return replace(relation, start=start, end=end)


def _complements(places: Sequence[_Place]) -> Iterator[Relation]:
    """147个贫困村 and 101个非贫困村 side by side: together all 248 that are counted elsewhere."""
    by_value: dict[tuple[str, Decimal], list[_Place]] = defaultdict(list)
    for place in places:
        by_value[place.figure.unit, place.figure.value].append(place)
    for first, second in itertools.pairwise(places):
        is_pair = first.one is second.one and first.figure.unit == second.figure.unit
        nouns = sorted((first.noun, second.noun), key=lambda noun: noun.startswith("非"))
        is_negated = nouns[1].startswith("非") and not nouns[0].startswith("非") and len(nouns[0]) >= _COUNTED
        if not is_pair or not is_negated or nouns[1][1 : 1 + _COUNTED] != nouns[0][:_COUNTED]:
            continue
        head = _HEADS.search(nouns[0])
        total = first.figure.value + second.figure.value
        for whole in by_value[first.figure.unit, total]:
            if head and head[0] in whole.noun[:_LABELLED] and whole.figure.digits >= _COUNTED:
                parts = [(first.entry, first.fact), (second.entry, second.fact)]
                made = make_list(whole.fact, whole.entry, parts, "", is_near=False)
                yield sum_relation(made, total, CONSISTENT, "sum.exact")
                break


def _picked(one: Series) -> Iterator[Relation]:
    """认定住房92552户，锁定危房22738户: what is picked out of what was sifted just before."""
    for before, entry in itertools.pairwise(one.entries):
        for fact in entry.levels:
            sifted = before.of_unit(fact.figure.unit)
            if sifted is None or sifted.role != "level" or fact.role != "level" or before.group != entry.group:
                continue
            between = one.text[sifted.figure.end - one.span[0] : fact.figure.start - one.span[0]]
            is_told = _PICKED.search(between) and _SIFTED.search(before.label) and ";" not in between
            if is_told and fact.figure.interval[1] <= sifted.figure.interval[1]:
                yield _bound(entry, fact.figure, sifted.figure)


def _deals(one: Series) -> Iterator[Relation]:
    """对1939户发放贷款4206笔: each household has one deal at least."""
    for before, entry in itertools.pairwise(one.entries):
        deals = entry.of_unit("笔")
        heads = before.of_unit("户") or before.of_unit("人")
        if deals is None or heads is None or entry.run != before.run:
            continue
        if deals.figure.value >= heads.figure.value:
            yield _bound(before, heads.figure, deals.figure, "bound.deals")
