"""Changes of means, of births and deaths, and of a share within a structure.

Belongs here: changes that are not said of one level (``changes``). Does not belong here: arithmetic and verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from pipelines.factcheck.change_relations import levels_of, percent_change, subtraction
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import Relation

_THAN_THAT = re.compile(r"[比较](?:上年|去年|上年同期|前年|\d{4}年)?的$")
_BORN = re.compile(r"出生(?:人口|人数)?$")
_DIED = re.compile(r"死亡(?:人口|人数)?$")
_NATURAL = re.compile(r"(?:人口)?自然(?:净)?$")
_INDUSTRY = re.compile(r"第?([一二三])(?:次)?产业(?:增加值)?(?:占比|比重|所占比重)?$")


def mean_changes(one: Series, index: int, entry: Entry) -> Iterator[Relation]:
    """A mean, and what it rose by on the mean of before: 每人每月745元，比上年的每人每月698元提高47元."""
    means = [fact.figure for fact in entry.said if fact.role == "mean"]
    changes = [fact for fact in entry.said if fact.role == "change" and not fact.is_each]
    if len(means) != 1 or entry.levels:
        return
    for fact in changes:
        pair = (means[0], fact.base_figure) if fact.base_figure else _told_before(one, index, entry, fact)
        if pair is None or pair[1] is None or pair[0].unit != pair[1].unit or pair[1].value <= 0:
            continue
        if fact.figure.start < pair[0].end or fact.run - entry.run > 1:
            continue
        if fact.figure.kind == "percent":
            yield from percent_change(entry, pair[0], pair[1], fact, is_sure=True)
        elif fact.figure.unit == pair[0].unit:
            yield subtraction(pair[0], pair[1], fact, entry, is_sure=True)


def _told_before(one: Series, index: int, entry: Entry, fact: Fact) -> tuple[Figure, Figure] | None:
    """The mean of the entry before, if this entry repeats its words (每人每月) behind 比上年的."""
    if index == 0 or not _THAN_THAT.search(fact.compared) or len(entry.said[0].label) < 2:
        return None
    before = one.entries[index - 1]
    means = [said for said in before.said if said.role == "mean"]
    if len(means) != 1 or before.levels or len(before.said) != 1 or not before.label.endswith(entry.label):
        return None
    return (means[0].figure, entry.said[0].figure) if entry.said[0].role == "mean" else None


def natural_change(one: Series) -> Iterator[Relation]:
    """出生a人，死亡b人，自然减少c人: births − deaths."""
    for born, died, natural in zip(one.entries, one.entries[1:], one.entries[2:], strict=False):
        if not (_BORN.search(born.label) and _DIED.search(died.label) and _NATURAL.search(natural.label)):
            continue
        births, deaths = levels_of(born), levels_of(died)
        steps = [fact for fact in natural.said if fact.role == "change" and not fact.compared.startswith(("比", "较"))]
        if len(births) == len(deaths) == len(steps) == 1 and births[0].unit == deaths[0].unit == steps[0].figure.unit:
            yield subtraction(births[0], deaths[0], steps[0], born, is_sure=True)


def structure_changes(one: Series, index: int, entry: Entry) -> Iterator[Relation]:
    """三次产业结构由a∶b∶c调整为d∶e∶f，第三产业比重提高g个百分点."""
    shift = next((fact for fact in entry.said if fact.role == "to" and len(fact.figure.parts) == 3), None)
    if shift is None or shift.base_figure is None or len(shift.base_figure.parts) != 3 or "产业" not in entry.label:
        return
    for other in one.entries[index + 1 : index + 4]:
        named = _INDUSTRY.search(other.label)
        steps = [fact for fact in other.said if fact.role == "change" and fact.figure.kind == "points"]
        if named is None or other.levels or len(steps) != 1 or steps[0].base_figure is not None:
            return
        place = "一二三".index(named[1])
        now, then = _part(shift.figure, place), _part(shift.base_figure, place)
        if not re.match("[比较]", steps[0].compared):
            yield subtraction(now, then, steps[0], other, is_sure=True)


def _part(structure: Figure, place: int) -> Figure:
    """One number of a∶b∶c as a share."""
    value, step = structure.parts[place], structure.steps[place]
    return replace(
        structure, kind="percent", unit="%", value=value, step=step, parts=(), steps=(), text=f"{value:f}%"
    )  # fmt: skip
