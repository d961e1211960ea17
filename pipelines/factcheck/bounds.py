"""What cannot be: fewer persons than households, shares above 100 %, doubled units, lost per cent signs; and per-head
figures against their total.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    UNCLEAR,
    Relation,
    meets,
    ratio_of,
    shown,
    span,
)

_HUNDRED = re.compile(
    r"(?:覆盖|普及|(?<!毛)入学|合格|参保|参合|达标|发生|通达|退出|脱贫|入户|签约|巩固|绿化|森林覆盖|城镇化|入住|检出|治愈|硬化|及格|到位|办结|满意|知晓|漏评|错退|失业|及时|就诊|报销|抽检合格|优良|接种|建档|规范管理)(?:率|度|比例)(?:为|达|达到|保持在|提高到)?$"
)
_PERCENT_NAME = re.compile(
    r"(?:发生|覆盖|普及|入学|入园|巩固|完成|合格|参保|参合|达标|支出|脱贫|退出|入户|通电|绿化|城镇化|治愈|就业|失业|通达|满意|签约|升学|毕业|报销|支付|到位|开工|办结|贫困发生|集中供水|自来水普及|增长)(?:率|度|比例)(?:为|达|达到|是|在|控制在|保持在|提高到|下降到|降至)?$"
    r"|(?:占比|比重|占[\u4e00-\u9fff]{0,6}比例)(?:为|达|达到|是)$|(?:抽查|检查|排查|核查)?[\u4e00-\u9fff]{0,4}覆盖$"
)
# A share of a task, plan, budget or last year may well exceed 100 %; a share of a whole cannot.
_OF_ALL = re.compile(r"^的?$|总|全[县市省区部体]")
_SPENT = re.compile(r"发放|补助|补贴|奖励|投入|贷款|拨付|救助|资助|分红|兑现|发给")
_EARNED = re.compile(r"增收|收入|纯收入|可支配|消费|存款|产值")
_HEADS = {"人": "人", "户": "户", "村": "个", "亩": "亩"}


def check_bounds(text: str, series: Sequence[Series]) -> Iterator[Relation]:
    """Impossible values, units, per-head figures."""
    for one in series:
        for index, entry in enumerate(one.entries):
            yield from _heads(entry)
            yield from _above_hundred(entry)
            yield from _units(text, entry)
            yield from _lost_percent(text, entry)
            for fact in entry.said:
                if fact.role == "mean":
                    yield from _mean(one, index, entry, fact)
        yield from _goals(text, one)
        for fact in [fact for entry in one.entries for fact in entry.said]:
            yield from _slip(fact.figure)


def _heads(entry: Entry) -> Iterator[Relation]:
    households, persons = entry.of_unit("户"), entry.of_unit("人")
    if (
        households is None
        or persons is None
        or households.role != "level"
        or persons.figure.start < households.figure.start
    ):
        return
    few, many = households.figure, persons.figure
    start, end = span((few, many), entry.start)
    words = {"households": few.text, "persons": many.text}
    is_right = many.interval[1] >= few.interval[0]
    if is_right:
        yield Relation(
            "bound", start, end, many.text, f"≥{few.text}", CONSISTENT, "bound.heads", words, (few, many), many
        )
    elif not few.approx and not many.approx and few.end == many.start and not many.is_hanzi and few.digits > 1:
        yield Relation(
            "bound", start, end, many.text, f"≥{few.text}", INCONSISTENT, "bound.heads_off", words, (few, many), many
        )


def _above_hundred(entry: Entry) -> Iterator[Relation]:
    facts = [fact for fact in entry.said if fact.role == "share"]
    facts += [fact for fact in entry.levels if fact.role == "rate" and _HUNDRED.search(entry.label)]
    for fact in facts:
        limit = 1000 if fact.figure.unit == "‰" else 100
        if fact.figure.kind == "percent" and fact.figure.value > limit and _OF_ALL.search(fact.base):
            words = {"name": (entry.label or "占比")[-12:], "published": fact.figure.text}
            start, end = span((fact.figure,), entry.start)
            yield Relation(
                "bound",
                start,
                end,
                fact.figure.text,
                "≤100%",
                INCONSISTENT,
                "bound.hundred",
                words,
                (fact.figure,),
                fact.figure,
            )


def _units(text: str, entry: Entry) -> Iterator[Relation]:
    for fact in entry.levels:
        yield from _slip(fact.figure)
        figure = fact.figure
        yield from _lost_unit(text, fact)
        if (
            figure.kind != "number"
            or figure.is_hanzi
            or figure.scale != 1
            or not 1 < figure.value <= 100
            or fact.run != entry.run
        ):
            continue
        label = fact.label if fact.label else entry.label
        named = _PERCENT_NAME.search(label)
        after = text[figure.end : figure.end + 1]
        is_cover = bool(named) and named is not None and named[0].endswith("覆盖")
        if (
            named is None
            or after not in ("", ",", "。", ";", "、", ")", "的", "\n")
            or (is_cover and figure.approx != "at_least")
        ):
            continue
        words = {"name": named[0], "published": figure.text}
        start, end = span((figure,), max(entry.start, figure.start - 20))
        yield Relation(
            "unit", start, end, figure.text, f"{figure.value}%", INCONSISTENT, "unit.percent", words, (figure,), figure
        )


def _lost_percent(text: str, entry: Entry) -> Iterator[Relation]:
    """A rate that rises or falls to a bare number, or from a bare number to a per cent figure."""
    for fact in entry.said:
        if fact.role != "to" or not _PERCENT_NAME.search(fact.label or entry.label):
            continue
        base, figure = fact.base_figure, fact.figure
        bare = figure if figure.kind == "number" and (base is None or base.kind == "percent") else None
        if base is not None and base.kind == "number" and figure.kind == "percent":
            bare = base
        if (
            bare is None
            or bare.scale != 1
            or not 1 < bare.value <= 100
            or text[bare.end : bare.end + 1] not in ("", ",", "。", ";", ")", "提", "下", "降", "上", "增", "的")
        ):
            continue
        words = {"name": (fact.label or entry.label)[-8:], "published": bare.text}
        start, end = span((bare,), max(entry.start, bare.start - 20))
        yield Relation(
            "unit", start, end, bare.text, f"{bare.value}%", INCONSISTENT, "unit.percent", words, (bare,), bare
        )


_MONEY = re.compile(r"销售额?|金额|资金|投资|产值|营业额|收入")


def _lost_unit(text: str, fact: Fact) -> Iterator[Relation]:
    """An amount of money that ends with 万 or 亿."""
    figure = fact.figure
    ends = text[figure.end : figure.end + 1] in ("", ",", "。", ";", ")", "\n")
    if figure.kind == "number" and figure.scale >= 10_000 and ends and _MONEY.search(fact.label[-6:]):
        words = {"published": figure.text}
        yield Relation(
            "unit",
            figure.start,
            figure.end,
            figure.text,
            f"{figure.text}元",
            UNCLEAR,
            "unit.lost",
            words,
            (figure,),
            figure,
        )


_UP_TO = re.compile(r"超过|高于|达到|完成|不低于|优于|超额|突破")
_DOWN_TO = re.compile(r"(?<!不)低于|没有超过|未超过|不足|未突破|未超|没有超|控制在|不超|少于|以内|以下")
_AT_LEAST = re.compile(r"不低于|不少于|至少")
_BAR = re.compile(r"限额|预算|上限|目标|指标|计划数|控制在|任务")
_GOAL = re.compile(r"[^,。;]{0,2}的?[^,。;\d]{0,6}(?:要求|目标|规定|上限|红线|标准|考核|限额)")


def _goals(text: str, one: Series) -> Iterator[Relation]:
    """A figure and the bar it is said to reach or to keep under."""
    facts = [
        (entry, fact)
        for entry in one.entries
        for fact in (*entry.levels, *entry.said)
        if fact.figure.kind in ("percent", "quantity", "number")
    ]
    facts.sort(key=lambda pair: pair[1].figure.start)
    for (entry, fact), (_, goal) in itertools.pairwise(facts):
        mine, bar = fact.figure, goal.figure
        between = text[mine.end : bar.core]
        if (
            mine.unit != bar.unit
            or len(between) > 16
            or mine.high is not None
            or bar.high is not None
            or not (_GOAL.match(text, bar.end) or _BAR.search(between))
        ):
            continue
        between += bar.text[: bar.core - bar.start]
        is_up = bool(_AT_LEAST.search(between))
        is_down = not is_up and bool(_DOWN_TO.search(between) or bar.text.endswith(("以下", "以内")))
        if not is_down and not is_up and not _UP_TO.search(between):
            continue
        if mine.approx in ("at_least", "at_most") and _UP_TO.search(mine.text) is None:
            continue
        is_right = mine.value <= bar.value if is_down else mine.value >= bar.value
        start, end = span((mine, bar), entry.start)
        words = {"first": mine.text, "second": bar.text}
        code = "bound.goal" if is_right else "bound.goal_off"
        sign = "≤" if is_down else "≥"
        yield Relation(
            "bound",
            start,
            end,
            mine.text,
            f"{sign}{bar.text}",
            CONSISTENT if is_right else INCONSISTENT,
            code,
            words,
            (mine, bar),
            mine,
        )


def _slip(figure: Figure) -> Iterator[Relation]:
    if figure.is_slip:
        words = {"published": figure.text}
        hint = figure.text.replace("亿万", "亿")
        yield Relation(
            "unit", figure.start, figure.end, figure.text, hint, INCONSISTENT, "unit.slip", words, (figure,), figure
        )


def _mean(one: Series, index: int, entry: Entry, fact: Fact) -> Iterator[Relation]:
    """Per head × heads = total, when the sentence has one number of heads and one amount."""
    head = next((_HEADS[letter] for letter in fact.label[:4] if letter in _HEADS), None)
    if "人次" in fact.label:
        head = "人次"
    if head is None or fact.figure.approx or (fact.figure.unit != "元" and "元" in fact.figure.unit):
        return
    around = one.entries[: index + 2]
    heads = [
        level.figure
        for other in around
        for level in other.levels
        if level.role == "level" and level.figure.unit == head
    ]
    totals = [
        (other, level.figure)
        for other in around
        for level in other.levels
        if level.role == "level" and level.figure.unit == fact.figure.unit and level.figure is not fact.figure
    ]
    for other, total in reversed(totals):
        for count in reversed(heads):
            if count.value <= 0:
                continue
            value, possible = ratio_of(total.value, total.interval, count.value, count.interval, 1)
            verdict, _ = meets(fact.figure, value, possible)
            is_after = total.start > fact.figure.start and (other.is_total or other.label.startswith("总"))
            is_spent = bool(_SPENT.search(other.words)) and not _EARNED.search(fact.label + entry.words + other.words)
            if _EARNED.search(fact.label) and not is_after:
                continue
            is_sure = (
                len(heads) == len(totals) == 1
                and (is_after or is_spent)
                and not (total.approx or count.approx or fact.figure.approx)
                and Decimal("0.5") < value / fact.figure.value < 2
            )
            if verdict in (CONSISTENT, EXPLAINED) or is_sure:
                start, end = span((count, total, fact.figure))
                text = shown(value, fact.figure)
                words = {"part": total.text, "whole": count.text, "value": text, "published": fact.figure.text}
                code = "ratio.off" if verdict == INCONSISTENT else "ratio.exact"
                yield Relation(
                    "ratio",
                    start,
                    end,
                    fact.figure.text,
                    text,
                    verdict,
                    code,
                    words,
                    (total, count, fact.figure),
                    fact.figure,
                )
                return
