"""Totals behind their parts: A x、B y、C z，合计T."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipelines.factcheck.claims import PERIOD
from pipelines.factcheck.context import is_intensive
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.lists import List, any_approx, make_list, sum_relation, sum_verdict
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, INCONSISTENT, UNCLEAR, Relation

_NAMED = re.compile(
    r"整户自然减少|自然减少|自然增减|自然变更|自然减员|自然原因|不含\w{1,8}|剔除\w{0,8}|扣除\w{0,8}|四舍五入|尾数|重复计算|交叉|动态调整|核减|清退|死亡|迁出|除外|未含\w{0,6}"
)
_STRONG_TOTAL = re.compile(r"合计|共计|总计|总共|一共|[两三四五六七八九十]项")
_NAME_OF_TOTAL = re.compile(r"(?:收入|支出|资产|负债|来源)$")
_AFTER_TOTAL = re.compile(r"实有|实际|总计|合计|共计")


def total_after(one: Series, series: Sequence[Series]) -> Iterator[Relation]:
    """A x, B y, C z, together T."""
    for place, whole in enumerate(one.entries):
        before = [entry for entry in one.entries[:place] if entry.levels]
        named = _AFTER_TOTAL.search(whole.label) if before else None
        if (
            len(before) < 2
            or not (whole.is_total or named)
            or is_intensive(whole)
            or _NAME_OF_TOTAL.search(whole.label)
        ):
            continue
        for fact in whole.levels:
            pairs = [(entry, part) for entry in before if (part := entry.of_unit(fact.figure.unit))]
            if len(pairs) < 2 or is_intensive(pairs[-1][0]):
                continue
            each = make_list(fact, whole, pairs, "", is_near=True)
            yield from _after(one, series, each, pairs, named[0] if named else whole.total_word)


def _after(
    one: Series, series: Sequence[Series], meant: List, pairs: Sequence[tuple[Entry, Fact]], word: str
) -> Iterator[Relation]:
    whole, fact = meant.entry, meant.whole
    for size in range(len(pairs), 1, -1):
        each = make_list(fact, whole, pairs[-size:], "", is_near=False)
        total = sum((part.figure.value for part in each.parts), Decimal(0))
        verdict, code = sum_verdict(fact.figure, [part.figure for part in each.parts], total)
        if verdict in (CONSISTENT, EXPLAINED):
            yield sum_relation(each, total, verdict, code)
            return
    each = meant
    total = sum((part.figure.value for part in each.parts), Decimal(0))
    years = [entry.years[0] for entry, _ in pairs if len(entry.years) == 1]
    is_year_list = len(years) == len(pairs) >= 3 and all(b - a == 1 for a, b in itertools.pairwise(years))
    reason = _NAMED.search(one.text)
    if reason and is_year_list and abs(total - fact.figure.value) * 20 <= fact.figure.value:
        yield from _named(each, total, reason[0])
        yield from _twin(series, fact, pairs, reason[0])
        return
    is_plain = not one.has_of_which and len(pairs) == len([entry for entry in one.entries if entry.start < whole.start])
    names = [(entry.label, entry.years) for entry, _ in pairs]
    is_named = all(entry.label or entry.is_each or entry.years for entry, _ in pairs)
    is_apart = len(set(names)) == len(names) or all(entry.is_each for entry, _ in pairs[1:])
    is_strong = (
        _STRONG_TOTAL.search(word)
        or (is_year_list and _is_counted(one, whole, len(years)))
        or (all(entry.is_each for entry, _ in pairs) and _is_counted(one, whole, len(pairs)))
    )
    is_next = whole.run - pairs[-1][0].run <= 1
    if is_strong and is_next and is_plain and is_named and is_apart and not any_approx(each):
        if abs(total - fact.figure.value) * 5 <= fact.figure.value:
            yield sum_relation(each, total, INCONSISTENT, "sum.off")
        else:
            yield sum_relation(each, total, UNCLEAR, "sum.open")


def _is_counted(one: Series, whole: Entry, count: int) -> bool:
    """三年共, 3年累计 behind a list of three years."""
    before = one.text[max(0, whole.start - one.span[0] - 8) : whole.start - one.span[0] + 4]
    return any(word in before and years == count for word, years in PERIOD.items()) or f"{count}年" in before


def _named(each: List, total: Decimal, reason: str) -> Iterator[Relation]:
    relation = sum_relation(each, total, EXPLAINED, "sum.named")
    yield replace(relation, words={**relation.words, "reason": reason})


def _twin(series: Sequence[Series], fact: Fact, pairs: Sequence[tuple[Entry, Fact]], reason: str) -> Iterator[Relation]:
    """The other unit of a paired list (户 beside 人): its whole is the twin of the same total given elsewhere."""
    unit = fact.figure.unit
    for other in dict.fromkeys(part.figure.unit for entry, _ in pairs for part in entry.levels):
        parts = [(entry, part) for entry, _ in pairs if (part := entry.of_unit(other))]
        twin = next(
            (
                entry
                for each in series
                for entry in each.entries
                if (same := entry.of_unit(unit)) and same.figure.value == fact.figure.value and entry.of_unit(other)
            ),
            None,
        )
        if other == unit or len(parts) != len(pairs) or twin is None:
            continue
        whole = twin.of_unit(other)
        if whole is not None:
            made = make_list(whole, twin, parts, "", is_near=False)
            total = sum((part.figure.value for part in made.parts), Decimal(0))
            if total == whole.figure.value:
                yield sum_relation(made, total, CONSISTENT, "sum.exact")
            elif abs(total - whole.figure.value) * 20 <= whole.figure.value:
                yield from _named(made, total, reason)


def mixed_total(one: Series) -> Iterator[Relation]:
    """6镇4乡2街道,共12个乡镇: counts of several things, together as one thing."""
    for place, whole in enumerate(one.entries):
        if not whole.is_total or whole.label or len(whole.levels) != 1 or place == 0:
            continue
        before = [
            (entry, fact)
            for entry in one.entries[:place]
            for fact in entry.levels
            if fact.role == "level" and fact.run >= whole.run - 4
        ]
        fact, tail = whole.levels[0], whole.levels[0].tail
        units = {part.figure.unit for _, part in before}
        is_place = units <= {"镇", "乡", "街道", "个"} and "乡镇" in tail + fact.figure.text
        is_body = units <= {"个", "家", "所"} and tail.startswith(("单位", "部门", "机构", "办学点"))
        if len(before) < 2 or not (is_place or is_body) or fact.figure.unit not in ("个", "处", "家"):
            continue
        each = make_list(fact, whole, before, "", is_near=True)
        total = sum((part.figure.value for part in each.parts), Decimal(0))
        verdict = CONSISTENT if total == fact.figure.value else INCONSISTENT
        if not any_approx(each):
            yield sum_relation(each, total, verdict, "sum.exact" if verdict == CONSISTENT else "sum.off")
