"""Differences: what is left, what lies between two amounts, percentage points above or below another rate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.factcheck.change_relations import difference_relation, levels_of, subtraction
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    Relation,
    difference,
)

LAST_YEAR = re.compile(r"上年|去年|前年|同期|上月|年初|基期")
_AGAINST = re.compile(r"高于|低于|快于|慢于|高出|多于|少于|比|较")
_GAPS = re.compile(r"结转|核减|核增|节约|节省|审减|审增|顺差|逆差|差额|相差|结余|盈余|多支|少支|少分|多分|剩余|超支")
_LEFT = re.compile(r"剩余|还剩|尚余|尚有|仍有|还有|未完成|未脱贫|未退出|结余|余额|结转|其余")


def gap_relations(one: Series, index: int, entry: Entry) -> Iterator[Relation]:
    """Two amounts and what is said to lie between them: 送审…，审定…，核减…."""
    if not _GAPS.search(entry.label) or not entry.levels or index < 2:
        return
    if _LEFT.search(entry.label) and not _is_balance(one.entries[index - 2 : index], entry):
        return
    figure = entry.levels[0].figure
    before = [
        level
        for other in one.entries[:index]
        for level in other.levels
        if level.role in ("level", "rate") and level.figure.unit == figure.unit
    ]
    if len(before) < 2 or figure.kind == "number":
        return
    for first in before:
        for second in before:
            if (
                second.figure.start > first.figure.start
                and abs(first.figure.value - second.figure.value) == figure.value
            ):
                yield _between(first.figure, second.figure, figure, entry, is_sure=False)
                return
    is_available = "可用" in one.entries[index - 2].label and all(
        len(other.levels) == 1 for other in one.entries[:index]
    )
    if is_available and before[-2].run >= entry.run - 2:
        relation = _between(before[-2].figure, before[-1].figure, figure, entry, is_sure=True)
        gap = abs(abs(before[-2].figure.value - before[-1].figure.value) - figure.value)
        if relation.verdict == CONSISTENT or (gap * 4 <= figure.value and entry.aside is None):
            yield relation
        return
    is_sure = (
        len(before) == 2
        and before[1].run >= entry.run - 2
        and before[0].run >= entry.run - 3
        and one.entries[index - 2].separator != ";"
    )
    relation = _between(before[-2].figure, before[-1].figure, figure, entry, is_sure=is_sure)
    if is_sure or relation.verdict == CONSISTENT:
        yield relation


def _is_balance(before: Sequence[Entry], entry: Entry) -> bool:
    """收入总计…，支出总计…，年终结转…; 收入…，支出…，本年收支结余…."""
    income, spent = before
    is_whole = "总计" in income.total_word + spent.total_word + income.label + spent.label or re.search(
        "本年|当年|收支", entry.label
    )
    if "可用" in income.label and re.fullmatch(r"(?:当年|本年|全年|年内)?(?:实际)?(?:资金)?支出", spent.label):
        return entry.label == "结余"
    return "收入" in income.label and "支出" in spent.label and bool(is_whole) and "滚存" not in entry.label


def _between(first: Figure, second: Figure, published: Figure, entry: Entry, *, is_sure: bool) -> Relation:
    larger, smaller = (first, second) if first.value >= second.value else (second, first)
    fact = Fact(published, "change", "", published.start, entry.run, direction=1)
    return subtraction(larger, smaller, fact, entry, is_sure=is_sure)


def against_rate(series: Sequence[Series], place: int, index: int, entry: Entry, fact: Fact) -> Iterator[Relation]:
    """Percentage points above or below another rate, in a bracket or in the clause before."""
    one = series[place]
    at = fact.figure.start - one.span[0]
    words = one.text[max(0, at - 40) : at]
    clause = words.rsplit(",", 1)[-1]
    if not _AGAINST.search(clause) or LAST_YEAR.search(fact.compared or clause) or fact.base_figure is not None:
        return
    others = [
        level.figure
        for other in series[max(0, place - 3) : place + 6]
        if other.index == one.index
        and other is not one
        and abs(other.span[0] - fact.figure.start) < 40
        and len(other.entries) == 1
        for level in other.entries[0].levels
        if level.figure.kind == "percent"
    ]
    mine = [
        each.figure
        for other in one.entries[: index + 1]
        for each in (*other.levels, *other.said)
        if each.figure.kind == "percent"
        and each.figure.end <= fact.figure.start
        and each.role in ("change", "rate", "share", "to")
    ]
    is_sure = len(others) == 1
    if not others and len(mine) >= 2 and entry.levels and not one.has_of_which:
        others, mine = [mine[-1]], mine[:-1]
        is_sure = len(mine) == 1 and fact.run == entry.run + 1
    if not others or not mine:
        return
    for other in others:
        current = mine[-1]
        larger, smaller = (current, other) if current.value >= other.value else (other, current)
        reach = difference(larger.interval, smaller.interval)
        yield difference_relation(
            larger, smaller, fact.figure, larger.value - smaller.value, reach, start=current.start, is_sure=is_sure
        )


def remainders(one: Series) -> Iterator[Relation]:
    """Total, done and left in one sentence; income, expenditure and surplus."""
    for index, entry in enumerate(one.entries):
        left = _LEFT.search(entry.label)
        if not left or index < 2:
            continue
        for figure in levels_of(entry):
            before = [
                (other, level)
                for other in one.entries[:index]
                for level in levels_of(other)
                if level.unit == figure.unit
            ]
            pairs = [
                (first, second)
                for at, (_, first) in enumerate(before)
                for _, second in before[at + 1 :]
                if first.value >= second.value
            ]
            for first, second in pairs:
                if first.value - second.value == figure.value:
                    fact = Fact(figure, "change", "", figure.start, entry.run, direction=1)
                    yield subtraction(first, second, fact, entry, is_sure=False)
            fits = any(first.value - second.value == figure.value for first, second in pairs)
            if fits or len(before) != 2 or not pairs:
                continue
            is_left = left[0] in ("剩余", "还剩", "尚余", "其余") or (
                left[0] in ("尚有", "仍有", "还有") and "未" in entry.words
            )
            is_near = before[0][0].run >= entry.run - 3
            is_sure = (
                is_left and is_near and "已" in _clause(one, before[1][0]) and "已" not in _clause(one, before[0][0])
            )
            fact = Fact(figure, "change", "", figure.start, entry.run, direction=1)
            relation = subtraction(before[0][1], before[1][1], fact, entry, is_sure=is_sure)
            if is_sure or relation.verdict == CONSISTENT:
                yield relation


def _clause(one: Series, entry: Entry) -> str:
    """The text of an entry from its label to its figure."""
    return one.text[entry.start - one.span[0] : entry.end - one.span[0]]


def natural_growth(one: Series) -> Iterator[Relation]:
    """Birth rate − death rate = natural growth rate."""
    found: dict[str, Figure] = {}
    names = ("出生率", "死亡率", "自然增长率")
    for entry in one.entries:
        for fact in entry.levels:
            for name in names:
                if entry.label.endswith(name) and fact.figure.kind == "percent":
                    found[name] = fact.figure
    if len(found) == len(names) and not any(figure.approx for figure in found.values()):
        birth, death, growth = (found[name] for name in names)
        value = birth.value - death.value
        reach = (value - growth.step, value + growth.step)
        yield difference_relation(birth, death, growth, value, reach, start=birth.start, is_sure=True)
