"""Scores of an evaluation: the marks of its parts against the total mark.

Belongs here: marks (分). Does not belong here: sums of things, weights, and scales of satisfaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.lists import make_list, sum_relation
from pipelines.factcheck.relations import CONSISTENT, INCONSISTENT, Relation

_TOTAL = re.compile(
    r"(?:[\u4e00-\u9fff]{0,8}(?:自评|评价|考核|综合|最终|项目))?(?:自评|评价|综合|最终|总|合计|共|实际)*"
    r"(?:得分|评分|总分|得|分值)(?:合计|为|是)?"
)
_FULL = re.compile(r"满分|分值|权重分?")
_GOT = re.compile(r"(?:实际)?(?:得分?|扣分后得分?)(?:为)?")
_OTHER = re.compile(r"加权|权重|平均|折算|扣|加分|附加|另")
_FEWEST = 3
Pair = tuple[Entry, Fact]


def check_scores(series: Sequence[Series]) -> Iterator[Relation]:
    """All marks of a text, sentence by sentence."""
    for one in series:
        marks = [(entry, fact) for entry in one.entries for fact in entry.levels if fact.figure.unit == "分"]
        if len(marks) > _FEWEST and not _OTHER.search(one.text):
            yield from _scores(marks)


def _scores(marks: Sequence[Pair]) -> Iterator[Relation]:
    """The total mark against those of the parts. 甲20分得18分、乙…: complete if the full marks make the full mark."""
    got = [place for place, (entry, _) in enumerate(marks) if _GOT.fullmatch(entry.label)]
    full = [place - 1 for place in got if place]
    is_paired = len(got) >= _FEWEST and len(full) == len(got) and not set(full) & set(got)
    taken = {*got, *full} if is_paired else set()
    rest = [pair for place, pair in enumerate(marks) if place not in taken]
    whole = next((pair for pair in rest if _TOTAL.fullmatch(pair[0].label) and pair[0].group == 0), None)
    top = next((pair for pair in rest if _FULL.search(pair[0].label)), None)
    if whole is None:
        return
    parts = [marks[place] for place in got] if is_paired else [pair for pair in rest if pair not in (whole, top)]
    made = make_list(whole[1], whole[0], parts, "", is_near=True)
    total = _sum(parts)
    if total == whole[1].figure.value and len(parts) >= _FEWEST:
        yield sum_relation(made, total, CONSISTENT, "sum.exact")
        return
    most = _sum([marks[place] for place in full])
    is_complete = is_paired and top is not None and most == top[1].figure.value and len(rest) == len((whole, top))
    if is_complete and not any(fact.figure.approx for _, fact in (whole, *parts)):
        yield sum_relation(made, total, INCONSISTENT, "sum.off")


def _sum(pairs: Sequence[Pair]) -> Decimal:
    return sum((fact.figure.value for _, fact in pairs), Decimal(0))
