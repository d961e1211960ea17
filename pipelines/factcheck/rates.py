"""Named rates behind their counts: 应到…，实到…，到会率…."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    Relation,
    span,
)
from pipelines.factcheck.share_relations import judged, share_relation

_RATE = re.compile(r"(?P<stem>[\u4e00-\u9fff]{0,4})(?:率|比例|比重|进度)(?:为|达|达到|是|约)?$")
_BASES = re.compile(r"应|总|共|计划|到位|下达|任务|检查|抽查|抽样|参加|适龄|安排|预算|涉及|全部|有|调查|筹措|整合")
_DONE = re.compile(r"已|实际|实|完成|有效|回收|收回|合格|满意|通过|达标|取得")
_PROCESS = re.compile(
    "转移|完工|开工|竣工|支付|整改|完成|回收|合格|退出|入户|签约|办结|验收|移交|确权|兑现|检出|执行|报销"
)
_ASKED = re.compile(r"查出|受访|发出|发放|发现|收到|应|需|登记|排查|送检|抽")
_NAMED_RATES = {
    "贫困发生率": (re.compile("贫困人口"), re.compile("户籍人口|农业人口|农村人口|乡村人口")),
    "出生率": (re.compile("出生"), re.compile("平均人口|年平均")),
    "死亡率": (re.compile("死亡"), re.compile("平均人口|年平均")),
    "核减率": (re.compile("核减"), re.compile("送审")),
    "审减率": (re.compile("审减|核减"), re.compile("送审")),
    "城镇化率": (re.compile("城镇"), re.compile("(?<!城镇)(?<!乡村)常住人口")),
}
_WINDOW = 400
_CUMULATIVE = re.compile(r"年均|增长|同比|上年")


def rate_relations(series: Sequence[Series], place: int, index: int, entry: Entry) -> Iterator[Relation]:
    """A named rate behind two counts: 应到…实到…到会率."""
    one = series[place]
    rate = next((fact for fact in entry.levels if fact.role == "rate" and fact.figure.unit in ("%", "‰")), None)
    if rate is None or rate.is_each or not _RATE.search(entry.label) or _CUMULATIVE.search(entry.label):
        return
    before = [other for other in one.entries[:index] if other.levels]
    if before and before[-1].run < entry.run - 3:
        return
    for unit in dict.fromkeys(level.figure.unit for other in before for level in other.levels if level.role == "level"):
        counts = [
            (other, level.figure)
            for other in before
            if (level := other.of_unit(unit)) and level.figure.kind == "quantity"
        ]
        for part_entry, part in reversed(counts):
            for base_entry, base in counts:
                if base is part or base.value < part.value or base.value <= 0:
                    continue
                verdict, code, value = judged(part, base, rate.figure, 1000 if rate.figure.unit == "‰" else 100)
                fits = verdict in (CONSISTENT, EXPLAINED)
                if fits or (
                    (len(counts) == 2 or _is_named(entry, counts)) and _is_certain(part_entry, base_entry, entry.label)
                ):
                    yield share_relation(part_entry, part, base, rate, (verdict, code, value))
                    return
    yield from _rate_elsewhere(series, place, before, rate, entry)


def _rate_elsewhere(
    series: Sequence[Series], place: int, before: Sequence[Entry], rate: Fact, entry: Entry
) -> Iterator[Relation]:
    """A rate behind one count, whose base stands in another sentence: told only when it fits."""
    if rate.figure.value < 100 * rate.figure.step or rate.figure.approx or rate.figure.value > 100:
        return
    one = series[place]
    counts = [
        (other, level.figure)
        for other in before[-1:]
        for level in other.levels
        if level.role == "level" and level.figure.kind == "quantity"
    ]
    if not counts and (
        named := next((parts for name, (parts, _) in _NAMED_RATES.items() if entry.label.endswith(name)), None)
    ):
        counts = [
            (other, level.figure)
            for each in series[max(0, place - 4) : place + 1]
            if each.sentence.paragraph == one.sentence.paragraph
            for other in each.entries
            for level in other.levels
            if level.role == "level" and level.figure.start < rate.figure.start and named.search(other.words)
        ]
    factor = 1000 if rate.figure.unit == "‰" else 100
    for part_entry, part in counts:
        bases = [
            level.figure
            for each in series[max(0, place - _WINDOW) : place]
            for other in each.entries
            for level in other.levels
            if level.role == "level"
            and level.figure.unit == part.unit
            and level.figure.value >= part.value
            and level.figure.digits >= 2
        ]
        for base in reversed(bases):
            verdict, code, value = judged(part, base, rate.figure, factor)
            if verdict in (CONSISTENT, EXPLAINED):
                yield share_relation(part_entry, part, base, rate, (verdict, code, value))
                return


def _is_named(entry: Entry, counts: Sequence[tuple[Entry, Figure]]) -> bool:
    """A rate whose two terms have names of their own, each borne by one count."""
    for name, patterns in _NAMED_RATES.items():
        if entry.label.endswith(name):
            return all(sum(bool(pattern.search(each.words)) for each, _ in counts) == 1 for pattern in patterns)
    return False


def _is_certain(part: Entry, base: Entry, label: str) -> bool:
    """The rate bears the name of the count (整改率, 已整改), and the base is what should have been counted."""
    for name, (parts, bases) in _NAMED_RATES.items():
        if label.endswith(name):
            return bool(parts.search(part.words)) and bool(bases.search(base.words))
    named = _RATE.search(label)
    ending = named["stem"][-2:] if named else ""
    if _PROCESS.fullmatch(ending) and ending in part.label and ending not in base.label and part.run - base.run <= 1:
        return True
    is_base = bool(_BASES.search(base.words) or _ASKED.search(base.words)) or base.is_total
    is_part = ending in part.words and (
        ending not in base.words or bool(_DONE.search(part.words) and _ASKED.search(base.words))
    )
    return len(ending) == 2 and is_part and is_base


def all_of(one: Series) -> Iterator[Relation]:
    """A rate of 100 % behind a count of which all are said to be done."""
    for index, entry in enumerate(one.entries[1:], start=1):
        rate = entry.levels[0] if entry.levels else None
        before = one.entries[index - 1]
        if (
            rate is None
            or rate.role != "rate"
            or rate.figure.value != 100
            or not entry.label.endswith("率")
            or before.run < entry.run - 1
        ):
            continue
        counts = [fact.figure for fact in before.levels if fact.role == "level"]
        if counts and re.search("均|全部|都|全数", before.words + "".join(fact.tail for fact in before.levels)):
            start, end = span((*counts, rate.figure))
            words = {"part": counts[-1].text, "whole": counts[-1].text, "value": "100%", "published": rate.figure.text}
            yield Relation(
                "share",
                start,
                end,
                rate.figure.text,
                "100%",
                CONSISTENT,
                "share.exact",
                words,
                (counts[-1], rate.figure),
                rate.figure,
            )
