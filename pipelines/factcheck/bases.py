"""What a share is a share of: the figures that are meant for certain, and those that may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipelines.factcheck.context import core, is_alike
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure

_FRAME = re.compile(r"中$|中[的,]|里$|当中")
ALL = re.compile(r"^(?:全部|总数|总量|总额|总|比重|比例|总人数|总户数|的|其)*$")
_NEAR = 300
_WINDOW = 400  # sentences and brackets on either side: a long report


def bases_of(
    series: Sequence[Series], place: int, index: int, fact: Fact, parts: Sequence[Figure]
) -> tuple[list[Figure], list[Figure]]:
    """Bases that are meant for certain, and those that may be."""
    one = series[place]
    first = max(0, place - _WINDOW)
    series, place = series[first : place + _WINDOW], place - first
    entry = one.entries[index]
    if fact.base_figure is not None:
        return [fact.base_figure], []
    units = {part.unit for part in parts}
    before = [
        level.figure
        for other in one.entries[:index]
        for level in other.levels
        if level.role == "level" and level.figure.unit in units
    ]
    if fact.base and not ALL.match(fact.base):
        return _named_bases(series, place, index, fact, units)
    sure: list[Figure] = []
    frame = next((other for other in reversed(one.entries[:index]) if _is_frame(other)), None)
    whole = _whole_of(one, index, entry, units)
    if frame is not None:
        sure = [level.figure for level in frame.levels if level.figure.unit in units]
    elif whole is not None and any(said.role == "share" for said in whole.said):
        before += [level.figure for level in whole.levels if level.figure.unit in units]
    elif whole is not None:
        sure = [level.figure for level in whole.levels if level.figure.unit in units]
    else:
        bigger = [figure for figure in before if figure.value >= max(part.value for part in parts)]
        if len({figure.value for figure in bigger}) == 1 and len(before) == 1 and _is_close(one, index):
            sure = [bigger[0]]
    others = before + (
        [level.figure for level in one.parent.levels if level.figure.unit in units] if one.parent else []
    )
    if not sure and not before:
        others += _recent(series, place, units)
        if fact.figure.value >= 100 * fact.figure.step:
            others += _related(series, entry, units)
    return sure, [figure for figure in others if not any(figure is each for each in sure)]


def _is_frame(entry: Entry) -> bool:
    return any(_FRAME.search(fact.tail) for fact in entry.levels)


def _is_close(one: Series, index: int) -> bool:
    """The base stands in the clause before or in the same one, without a semicolon between."""
    return one.entries[index].separator != ";" and index == 1


def _whole_of(one: Series, index: int, entry: Entry, units: set[str]) -> Entry | None:
    """The whole of an of-which list: the last entry before 其中 with the unit."""
    if not entry.group:
        return None
    if one.opens_with_of_which:
        return one.parent if one.parent is not None and any(one.parent.of_unit(unit) for unit in units) else None
    return next(
        (
            other
            for other in reversed(one.entries[:index])
            if other.group < entry.group and any(other.of_unit(unit) for unit in units)
        ),
        None,
    )


def _recent(series: Sequence[Series], place: int, units: set[str]) -> list[Figure]:
    """Levels of the two sentences before."""
    me = series[place]
    return [
        level.figure
        for other in series[max(0, place - 4) : place]
        if 0 < me.index - other.index <= 2
        for entry in other.entries
        for level in entry.levels
        if level.role == "level" and level.figure.unit in units
    ]


def _related(series: Sequence[Series], entry: Entry, units: set[str]) -> list[Figure]:
    """Figures anywhere with much of the entry's label, also those something fell or rose from."""
    name = set(core(entry.words))
    found = []
    for other in series:
        for each in other.entries:
            if len(name & set(core(each.words))) >= 3:
                found += [level.figure for level in each.levels if level.role == "level" and level.figure.unit in units]
                found += [said.base_figure for said in each.said if said.base_figure and said.base_figure.unit in units]
    return [figure for figure in found if figure.digits >= 3]


def _named_bases(
    series: Sequence[Series], place: int, index: int, fact: Fact, units: set[str]
) -> tuple[list[Figure], list[Figure]]:
    """Figures of the text whose label is the named base: those of the same sentence are certain."""
    entry = series[place].entries[index]
    name = core(fact.base.rstrip("的"))
    here = [
        level.figure
        for other in series[place].entries[:index]
        for level in other.levels
        if level.figure.unit in units
        and level.role == "level"
        and (short := _short(name))
        and _bears(other.words, short)
    ]
    if len(here) == 1:
        return here, []
    sure: list[Figure] = []
    others: list[Figure] = []
    for other in series:
        for candidate in other.entries:
            if candidate is entry:
                continue
            levels = [
                level.figure for level in candidate.levels if level.role == "level" and level.figure.unit in units
            ]
            if not levels or not _names(candidate, name):
                continue
            is_here = other.index == series[place].index and core(candidate.label) == name
            (sure if is_here else others).extend(levels)
    exact = [
        level.figure
        for other in series
        for each in other.entries
        for level in each.levels
        if level.figure.unit in units and level.role == "level" and core(each.label) == name and each is not entry
    ]
    near_here = [figure for figure in exact if 0 < fact.figure.start - figure.start < _NEAR]
    if len(name) >= 4 and near_here and len({figure.value for figure in exact}) == 1:
        return exact[:1], others
    if len(sure) > len(units):
        return [], sure + others
    near = sorted(others, key=lambda figure: abs(figure.start - fact.figure.start))
    everywhere = Counter(
        (level.figure.unit, level.figure.value) for other in series for each in other.entries for level in each.levels
    )
    if not sure and "总" in fact.base:
        for unit in units:
            largest = max(
                (figure for figure in near if figure.unit == unit), key=lambda figure: figure.value, default=None
            )
            if largest is not None and everywhere[unit, largest.value] > 1 and not largest.approx:
                sure.append(largest)
        parts = {part.unit for part in sure}
        sure = [figure for figure in sure if figure.unit in fact.base or len(parts) == 1]
    return sure, near


def _short(name: str) -> str:
    """A base without the words for its number: 劳动力总数 → 劳动力, 抽查户数 → 抽查."""
    return re.sub(r"总?(?:人口|人|户|件|个|份)?总?数$|总额$|总", "", name) or name


def _bears(words: str, name: str) -> bool:
    """The words have the name, and not only its negation: 未公示 is no base of 占已公示的."""
    return name in words and re.search(rf"(?<![未不非无])(?<!没有){re.escape(name)}", words) is not None


def _names(entry: Entry, name: str) -> bool:
    short = _short(name)
    return (
        is_alike(entry.label, name) or is_alike(entry.words, name) or (len(short) >= 2 and _bears(entry.words, short))
    )
