"""Rates of two counts together, and the ratio of town and country.

Belongs here: rates whose terms are named by the rate itself. Does not belong here: part ÷ whole of one count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, Relation
from pipelines.factcheck.share_relations import judged, share_relation

_INCLUDING = re.compile(r"(?P<stem>[\u4e00-\u9fff]{2,4})率\((?:含|包括|包含)(?P<more>[\u4e00-\u9fff]{2,6})\)")
_ASKED = re.compile(r"受访|发放|发出|回收|收回|调查|抽查|抽样|共|总|检查|参加")
_TOWN_COUNTRY = re.compile(
    r"城乡(?:居民)?[\u4e00-\u9fff]{0,8}(?:收入|消费|支出)[\u4e00-\u9fff]{0,4}比(?:例|值)?(?:为|是)?$"
)
_CONCEPT = re.compile(r"收入|消费|支出")


def compound_rates(one: Series) -> Iterator[Relation]:
    """满意率(含基本满意) behind the counts of both, and 城乡收入比 behind the two incomes."""
    for index, entry in enumerate(one.entries):
        rate = next((fact for fact in entry.levels if fact.role == "rate"), None)
        if rate is None or rate.is_each:
            continue
        if rate.figure.kind == "ratio":
            yield from _town_and_country(one.entries[:index], entry, rate)
        elif rate.figure.unit == "%":
            named = _INCLUDING.search(one.text[: rate.figure.start - one.span[0]], entry.start - one.span[0])
            if named:
                yield from _both(one.entries[:index], entry, rate, (named["stem"], named["more"]))


def _both(before: Sequence[Entry], entry: Entry, rate: Fact, names: tuple[str, str]) -> Iterator[Relation]:
    """The counts that bear the two names, together, against the number of those asked."""
    counts = [(other, fact.figure) for other in before for fact in other.levels if fact.figure.is_exact_count]
    parts = [[figure for other, figure in counts if other.label == name] for name in names]
    if any(len(each) != 1 for each in parts) or parts[0][0].unit != parts[1][0].unit:
        return
    first, second = parts[0][0], parts[1][0]
    total = first.value + second.value
    together = replace(first, value=total, text=f"{first.text}+{second.text}")
    wholes = [
        (other, figure)
        for other, figure in counts
        if figure.unit == first.unit and figure.end <= first.start and figure.value >= total
    ]
    for other, whole in reversed(wholes):
        verdict = judged(together, whole, rate.figure, 100)
        is_sure = len(wholes) == 1 and bool(_ASKED.search(other.words)) and entry.aside is None
        if verdict[0] in (CONSISTENT, EXPLAINED) or is_sure:
            yield share_relation(entry, together, whole, rate, verdict)
            return


def _town_and_country(before: Sequence[Entry], entry: Entry, rate: Fact) -> Iterator[Relation]:
    """Town ÷ country, printed as n:1."""
    figure = rate.figure
    if len(figure.parts) != 2 or figure.parts[1] != 1 or not _TOWN_COUNTRY.search(entry.label):
        return
    meant = _CONCEPT.findall(entry.label)[-1]
    towns, villages = (_means(before, name, meant) for name in ("城镇", "农村"))
    if len(towns) != 1 or len(villages) != 1 or villages[0].value <= 0 or towns[0].unit != villages[0].unit:
        return
    times = replace(figure, kind="times", value=figure.parts[0], step=figure.steps[0], parts=(), steps=())
    verdict = judged(towns[0], villages[0], times, 1)
    yield share_relation(entry, towns[0], villages[0], replace(rate, figure=times), verdict)


def _means(before: Sequence[Entry], name: str, meant: str) -> list[Figure]:
    """Means of town or country; a label that names another thing than what is ``meant`` (收入, 消费) is none."""
    return [
        fact.figure
        for other in before
        if name in other.label and "居民" in other.label and (meant in other.label or not _CONCEPT.search(other.label))
        for fact in (*other.levels, *(said for said in other.said if said.role == "mean"))
        if fact.figure.unit == "元"
    ]
