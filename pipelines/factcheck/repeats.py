"""The same figure given twice: equal, rounded, or contradicting.

Equality is told freely; a contradiction only where the two places must speak of the same thing.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from pipelines.factcheck.context import INTENSIVE, core
from pipelines.factcheck.entries import Entry, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, INCONSISTENT, Relation, span

_LONGEST_GAP = 40
_WINDOW = 250  # places of the same unit that are looked at on either side: a report's length
_COUNTS = frozenset(("个", "家", "所", "处", "件", "份", "座", "支"))
_PLACE = re.compile(r"[\u4e00-\u9fff]{1,6}[镇乡村县市区校院]")
_TARGET_RATE = re.compile(r"(?P<name>[\u4e00-\u9fff]{4,}率)(?:达到?|在|为|保持在)?$")
_POOR = re.compile(
    r"(?:建档立卡|农村|剩余|现行标准下的?|未脱贫|未|全部|的|实现|全县|全市|全区|确保|到|底|用三年时间|年)+"
)


@dataclass(frozen=True)
class _Place:
    """One level with the core of its label and its surroundings."""

    figure: Figure
    entry: Entry
    one: Series
    name: str


def check_repeats(series: Sequence[Series]) -> Iterator[Relation]:
    """All repetitions of a text."""
    places = [
        _Place(fact.figure, entry, one, core(entry.words))
        for one in series
        for entry in one.entries
        for fact in entry.levels
        if fact.role in ("level", "rate")
    ]
    yield from _pairs(places)
    yield from _equal(places)
    yield from _rates(places)
    yield from _rounded(places)
    yield from _exits(series)
    yield from _definite(places)


def _pairs(places: Sequence[_Place]) -> Iterator[Relation]:
    """户 and 人 side by side: one of the two equal and the other not is a slip."""
    seen: dict[tuple[str, str], _Place] = {}
    for place in places:
        entry = place.entry
        households, persons = entry.of_unit("户"), entry.of_unit("人")
        if place.figure.unit != "户" or households is None or persons is None or households.figure is not place.figure:
            continue
        few, many = households.figure, persons.figure
        if few.approx or many.approx or few.digits < 3 or many.digits < 3:
            continue
        for key, figure, other_unit in ((("户", str(few.value)), few, "人"), (("人", str(many.value)), many, "户")):
            before = seen.setdefault(key, place)
            if before is place:
                continue
            mine, theirs = entry.of_unit(other_unit), before.entry.of_unit(other_unit)
            if (
                mine is None
                or theirs is None
                or mine.figure.value == theirs.figure.value
                or mine.figure.scale != theirs.figure.scale
            ):
                continue
            ratio = mine.figure.value / theirs.figure.value
            if figure.digits >= 4 and "0.5" < f"{ratio:.4f}" < "2" and _share_characters(place.name, before.name) >= 2:
                yield _off(theirs.figure, mine.figure, entry)


def _share_characters(first: str, second: str) -> int:
    return len(set(first) & set(second))


def _equal(places: Sequence[_Place]) -> Iterator[Relation]:
    """The same value and unit in two places with related words."""
    by_value: dict[tuple[str, str], list[_Place]] = defaultdict(list)
    for place in places:
        if place.figure.kind in ("quantity", "percent") and not place.figure.is_hanzi:
            unit = "个" if _is_counted(place) else place.figure.unit
            by_value[(unit, str(place.figure.value.normalize()))].append(place)
    for group in by_value.values():
        for before, place in itertools.pairwise(group):
            needed = {1: 4, 2: 2}.get(place.figure.digits, 0 if place.figure.unit == before.figure.unit else 2)
            if needed == 2 and place.figure.value > 100 and place.figure.value % 100:
                needed = 1  # 110个村: three digits, though the last is a zero
            is_told = _share_characters(place.name, before.name) >= needed
            if is_told and before.figure is not place.figure:
                start, end = span(
                    (place.figure,),
                    place.entry.start if place.figure.start - place.entry.start < _LONGEST_GAP else place.figure.start,
                )
                words = {"published": place.figure.text, "first": before.figure.text}
                yield Relation(
                    "repeat", start, end, place.figure.text, before.figure.text, CONSISTENT, "repeat.same", words,
                    (before.figure, place.figure), place.figure,
                )  # fmt: skip


def _is_counted(place: _Place) -> bool:
    """A number of things, whatever word counts them; enterprises are counted in 户, too."""
    return place.figure.unit in _COUNTS or (place.figure.unit == "户" and "企业" in place.entry.words)


def _rounded(places: Sequence[_Place]) -> Iterator[Relation]:
    """A rough figure (9万余户, 1万人) and the exact one of the same thing."""
    by_unit: dict[str, list[_Place]] = defaultdict(list)
    for place in places:
        by_unit[place.figure.unit].append(place)
    for same in by_unit.values():
        for at, place in enumerate(same):
            if place.figure.approx in ("over", "about", "nearly") or place.figure.scale > 1:
                yield from _rounded_among(place, same[max(0, at - _WINDOW) : at + _WINDOW])


def _rounded_among(place: _Place, others: Sequence[_Place]) -> Iterator[Relation]:
    """The first of ``others`` that the rough figure may stand for."""
    figure = place.figure
    low, high = figure.interval
    for other in others:
        exact = other.figure
        is_finer = exact.unit == figure.unit and exact.step < figure.step and not exact.approx and exact.value >= 100
        is_within = low <= exact.value <= high and exact.value != figure.value
        is_alike = _share_characters(place.name, other.name) >= 3
        if is_finer and is_within and is_alike and figure.kind == "quantity" and figure.unit != "元":
            start, end = span(
                (figure,),
                place.entry.start if figure.start - place.entry.start < _LONGEST_GAP else figure.start,
            )
            words = {"first": exact.text, "published": figure.text}
            yield Relation(
                "repeat",
                start,
                end,
                figure.text,
                exact.text,
                EXPLAINED,
                "repeat.rounded",
                words,
                (exact, figure),
                figure,
            )
            break


def _rates(places: Sequence[_Place]) -> Iterator[Relation]:
    """A rate of the same long name for the same year, as a target or a level, with two values."""
    seen: dict[tuple[str, int], _Place] = {}
    said: dict[int, int] = {}
    for place in places:
        years, paragraph = place.entry.years, place.one.sentence.paragraph
        if years:
            said[paragraph] = years[-1]
        named = _TARGET_RATE.search(place.entry.label)
        if place.figure.kind != "percent" or named is None or len(years) > 1 or place.one.parent is not None:
            continue
        key = (core(named["name"]), said.get(paragraph, 0))
        before = seen.setdefault(key, place)
        if (
            before is place
            or before.figure.value == place.figure.value
            or len(key[0]) < 6
            or before.one.index == place.one.index
        ):
            continue
        if before.figure.unit == place.figure.unit and before.figure.approx == place.figure.approx and key[1]:
            yield _off(before.figure, place.figure, place.entry)


def _exits(series: Sequence[Series]) -> Iterator[Relation]:
    """The poor who are to leave poverty by the end of a plan, given twice with two values."""
    found: list[tuple[Figure, Entry, str]] = []
    for one in series:
        for entry in one.entries:
            for fact in entry.levels:
                words = entry.label + fact.tail
                named = re.search(r"(?:农村|建档立卡|未脱贫|剩余)[\u4e00-\u9fff]{0,6}人口|农村贫困人口", words)
                if (
                    fact.figure.scale == 10_000
                    and named
                    and re.search(r"脱贫", words)
                    and re.search(r"全[县市区]", words)
                    and not fact.figure.approx
                    and entry.group == 0
                ):
                    found.append((fact.figure, entry, named[0]))
    for (first, _, _), (second, entry, _) in itertools.pairwise(found):
        if (
            first.value != second.value
            and abs(first.value - second.value) * 20 <= first.value
            and first.step == second.step
        ):
            yield _off(first, second, entry)


_WHOLE = re.compile(r"全[县市区省镇乡村年部体]|逐一|均|都|已|全部|各|本次|对$")
_FEWEST = 4


def _definite(places: Sequence[_Place]) -> Iterator[Relation]:
    """A number before its noun speaks of all there are (全县2578个公益性岗位都…); another number of them was given."""
    known = [
        place
        for place in places
        if place.one.parent is None
        and place.figure.kind == "quantity"
        and not place.figure.approx
        and place.figure.value >= 20
    ]
    for at, place in enumerate(known):
        before = known[max(0, at - 4 * _WINDOW) : at]
        fact = next((fact for fact in place.entry.levels if fact.figure is place.figure), None)
        if fact is None or place.entry.group or not _is_whole(place, fact.tail):
            continue
        yield from _same_label(place, before)
        if len(fact.tail) < _FEWEST:
            continue
        matching = [
            other
            for other in before
            if other.figure.unit == place.figure.unit
            and other.figure.end < place.figure.start
            and not other.entry.group
            and _is_same_noun(other, fact.tail)
            and (not other.entry.years or not place.entry.years or other.entry.years == place.entry.years)
        ]
        values = {other.figure.value for other in matching}
        if len(values) == 1 and _is_slip_of(matching[0].figure, place.figure):
            yield _off(matching[0].figure, place.figure, place.entry)


def _same_label(place: _Place, known: Sequence[_Place]) -> Iterator[Relation]:
    """The same whole label before two numbers, the second time with 已 or 均."""
    name = core(place.entry.label).replace("到位", "")
    for other in known:
        theirs = core(other.entry.label).replace("到位", "")
        is_same = theirs == name or (len(name) > 3 and core(other.entry.words).replace("到位", "").startswith(name))
        if (
            other.figure.end < place.figure.start
            and len(name) >= _FEWEST
            and is_same
            and other.figure.unit == place.figure.unit
        ) and (
            not other.entry.group and other.entry.years == place.entry.years and _is_slip_of(other.figure, place.figure)
        ):
            yield _off(other.figure, place.figure, place.entry)


def _is_whole(place: _Place, tail: str) -> bool:
    after = place.one.text[place.figure.end - place.one.span[0] :][:20]
    return bool(_WHOLE.search(place.entry.label[-4:]) or _WHOLE.search(tail + after.split(",")[0]))


def _is_same_noun(other: _Place, tail: str) -> bool:
    """The noun behind the number, with at least four characters of it, stands at the end of the other's label."""
    label = other.entry.label + next((fact.tail for fact in other.entry.levels if fact.figure is other.figure), "")
    return _has_noun(label.replace("性", "").replace("的", ""), tail.replace("性", "").replace("的", ""))


@lru_cache(maxsize=65536)
def _has_noun(label: str, noun: str) -> bool:
    match = SequenceMatcher(None, label, noun, autojunk=False).find_longest_match()
    return match.size >= _FEWEST and match.b <= 1


def _is_slip_of(first: Figure, second: Figure) -> bool:
    """Two numbers of as many digits that differ by one digit, or by two that changed places."""
    one, two = (str(figure.value / figure.scale) for figure in (first, second))
    if first.scale != second.scale or len(one) != len(two) or first.value == second.value:
        return False
    changed = [place for place, (a, b) in enumerate(zip(one, two, strict=True)) if a != b]
    return len(changed) == 1 or (
        len(changed) == 2 and one[changed[0]] == two[changed[1]] and one[changed[1]] == two[changed[0]]
    )


def _off(first: Figure, second: Figure, entry: Entry) -> Relation:
    start, end = span((second,), entry.start if second.start - entry.start < _LONGEST_GAP else second.start)
    words = {"first": first.text, "published": second.text}
    return Relation(
        "repeat", start, end, second.text, first.text, INCONSISTENT, "repeat.off", words, (first, second), second
    )


__all__ = ["EXPLAINED", "INTENSIVE", "check_repeats"]
