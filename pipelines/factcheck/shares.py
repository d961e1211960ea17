"""Shares and rates: part ÷ whole, rate = count ÷ base, complementary shares, proportions that must make 100."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipelines.factcheck.bases import ALL, bases_of
from pipelines.factcheck.compound_rates import compound_rates
from pipelines.factcheck.context import core
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.hundreds import hundreds_of, proportions_of, rough_hundred
from pipelines.factcheck.rates import all_of, rate_relations
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    UNCLEAR,
    Relation,
)
from pipelines.factcheck.share_relations import judged, share_relation


def check_shares(series: Sequence[Series]) -> Iterator[Relation]:
    """All shares and rates of a text."""
    yield from rough_hundred(series)
    for place, one in enumerate(series):
        siblings = list(_siblings(series, place))
        known = {relation.published_at for relation in siblings}
        yield from siblings
        for index, entry in enumerate(one.entries):
            for fact in entry.said:
                if fact.figure.start in known:
                    continue
                if fact.role in ("share", "of") and not (
                    fact.role == "of" and fact.figure.kind == "times" and fact.base_figure is None
                ):
                    yield from _share(series, place, index, entry, fact)
            yield from rate_relations(series, place, index, entry)
        yield from hundreds_of(one)
        yield from all_of(one)
        yield from compound_rates(one)
        yield from proportions_of(one)


def _share(series: Sequence[Series], place: int, index: int, entry: Entry, fact: Fact) -> Iterator[Relation]:
    one = series[place]
    parts = _numerators(one, index, entry, fact)
    if not parts:
        return
    sure, others = bases_of(series, place, index, fact, parts)
    wanted = "户" if "户数" in fact.base + fact.label else ""
    factor = {"%": 100, "‰": 1000}.get(fact.figure.unit, 1)
    found = [
        (part, base, *judged(part, base, fact.figure, factor))
        for base in (*sure, *others)
        for part in parts
        if part.unit == base.unit and base.value > 0 and part is not base and part.unit in (wanted or part.unit)
    ]
    for part, base, verdict, code, value in found:
        if verdict in (CONSISTENT, EXPLAINED):
            yield share_relation(entry, part, base, fact, (verdict, code, value))
            return
    for part, base, _, _, value in found:
        if any(base is one for one in sure):
            yield share_relation(entry, part, base, fact, (INCONSISTENT, "off", value))
            return
    if found and fact.base and not ALL.match(fact.base):
        part, base, _, _, value = found[0]
        if abs(value - fact.figure.value) <= max(fact.figure.value / 20, fact.figure.step * 3):
            yield share_relation(entry, part, base, fact, (UNCLEAR, "open", value))


def _siblings(series: Sequence[Series], place: int) -> Iterator[Relation]:
    """Shares of one list: a base that fits two of them is the base of all, so one that it does not fit is wrong."""
    one = series[place]
    listed = [
        (entry, fact, parts[0])
        for index, entry in enumerate(one.entries)
        for fact in entry.said
        if fact.role == "share"
        and not fact.base
        and fact.figure.unit == "%"
        and (parts := _numerators(one, index, entry, fact))
    ]
    units = {part.unit for _, _, part in listed}
    if len(units) != 1 or (len(listed) < 3 and not _are_twins(one, listed)):
        return
    candidates = [
        level.figure
        for other in (
            *one.entries,
            *(entry for each in series[max(0, place - 4) : place] if me_near(each, one) for entry in each.entries),
        )
        for level in other.levels
        if level.figure.unit in units and level.role == "level"
    ]
    for base in {figure.value: figure for figure in candidates if figure.value > 0}.values():
        verdicts = [judged(part, base, fact.figure, 100) for _, fact, part in listed]
        fits = [verdict for verdict, _, _ in verdicts if verdict in (CONSISTENT, EXPLAINED)]
        if (len(fits) >= 2 and len(fits) * 2 > len(listed)) or (len(listed) == 2 and verdicts[0][0] == CONSISTENT):
            for (entry, fact, part), (verdict, code, value) in zip(listed, verdicts, strict=True):
                own = _own_base(one, fact, part) if verdict == INCONSISTENT else None
                if own is not None:
                    yield share_relation(entry, part, own, fact, judged(part, own, fact.figure, 100))
                elif part is not base:
                    yield share_relation(entry, part, base, fact, (verdict, code, value))
            return


def _are_twins(one: Series, listed: Sequence[tuple[Entry, Fact, Figure]]) -> bool:
    """发现甲的11个,占28.9%;发现乙的8个,占21.1%: two clauses of the same build behind the only other count."""
    if len(listed) != 2:
        return False
    (first, share, part), (second, _, other) = listed
    counts = [level for entry in one.entries for level in entry.levels if level.figure.unit == part.unit]
    between = one.text[share.figure.end - one.span[0] : second.start - one.span[0]]
    is_alike = first.label[:2] == second.label[:2] and first.label[-1:] == second.label[-1:] == "的"
    return is_alike and len(counts) == 3 and counts[0].figure.start < part.start < other.start and between in (",", ";")


def _own_base(one: Series, fact: Fact, part: Figure) -> Figure | None:
    """Another whole of the same sentence that a share fits: a part of a part."""
    for entry in one.entries:
        for level in entry.levels:
            base = level.figure
            is_base = base.unit == part.unit and base.start < part.start and base.value > 0
            if is_base and judged(part, base, fact.figure, 100)[0] != INCONSISTENT:
                return base
    return None


def me_near(other: Series, one: Series) -> bool:
    """Another sentence at most two before."""
    return 0 < one.index - other.index <= 2


def _numerators(one: Series, index: int, entry: Entry, fact: Fact) -> list[Figure]:
    """What the share may be a share of something: the entry's own levels, or the level before with the same subject."""
    levels = [
        each.figure
        for each in entry.levels
        if each.role == "level" and each.figure.kind == "quantity" and each.start < fact.figure.start
    ]
    if not levels and fact.role == "of" and fact.base_figure is not None:
        levels = [
            each.figure
            for other in one.entries[max(0, index - 1) : index + 1]
            for each in other.said
            if each.role == "mean"
        ]
    if levels or not fact.has_own_subject:
        return levels
    for other in reversed(one.entries[max(0, index - 2) : index]):
        if other.levels and len(_common(core(other.words), core(entry.label))) >= 5:
            return [each.figure for each in other.levels if each.role == "level"]
    return []


def _common(first: str, second: str) -> str:
    """The longest beginning that both share."""
    size = 0
    while size < min(len(first), len(second)) and first[size] == second[size]:
        size += 1
    return first[:size]
