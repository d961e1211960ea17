"""Sums: the parts of a list against their whole, in every way the wording may mean it.

Belongs here: of-which lists, totals after a list, brackets, lists by year, sums that fit exactly. A mismatch counts
only where the list claims to be complete. Does not belong here: shares that add up to 100.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipelines.factcheck.claims import claim_of, says_count
from pipelines.factcheck.context import complete_family, is_intensive, subfamilies
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.fitting import fitting_across, fitting_sums
from pipelines.factcheck.lists import KINDS_OF, List, bound_relation, judge_list, make_list, sum_relation
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, Relation
from pipelines.factcheck.totals import mixed_total, total_after

_EARLIER = re.compile(r"上年|去年|前年|同期")
_HOUSED = re.compile(r"搬迁|安置|供养")


def check_sums(series: Sequence[Series]) -> Iterator[Relation]:
    """All sums of a text."""
    for place, one in enumerate(series):
        earlier = _previous_sentence(series, place)
        yield from _of_which(one, earlier)
        yield from _colon_lists(one)
        yield from _asides(one)
        yield from total_after(one, series)
        yield from _family_lists(one)
        yield from _framed(one)
        yield from fitting_across(one)
        yield from mixed_total(one)
    yield from fitting_sums(series)


def _previous_sentence(series: Sequence[Series], place: int) -> Series | None:
    me = series[place]
    for one in reversed(series[:place]):
        is_near = one.index == me.index - 1 and one.sentence.paragraph == me.sentence.paragraph
        if is_near and one.parent is None and one.entries and one.span == (one.sentence.start, one.sentence.end):
            return one
    return None


def _units(entries: Sequence[Entry]) -> list[str]:
    return list(
        dict.fromkeys(
            fact.figure.unit
            for entry in entries
            for fact in entry.levels
            if fact.role == "level" and fact.figure.unit not in KINDS_OF
        )
    )


def _of_which(one: Series, earlier: Series | None) -> Iterator[Relation]:
    for group in sorted({entry.group for entry in one.entries} - {0}):
        parts = [entry for entry in one.entries if entry.group == group]
        before = [entry for entry in one.entries if entry.group < group]
        is_near = bool(before)
        if not before and one.parent is not None:
            before, is_near = [one.parent], True
        elif not before and earlier is not None:
            before, is_near = _lead(earlier), True
        for unit in _units(parts):
            wholes = [
                entry for entry in before if entry.of_unit(unit) and not _EARLIER.search(entry.period + entry.label)
            ]
            if before and _ends_in_mean(before[-1], unit):
                continue
            if one.opens_with_of_which and one.parent is None:
                wholes = _subject_of(wholes, parts)
                yield from _best(wholes, parts, unit, one, is_near=len(wholes) == 1)
            elif wholes:
                yield from _best(wholes[::-1], parts, unit, one, is_near=is_near)


def _ends_in_mean(entry: Entry, unit: str) -> bool:
    """The last thing said before 其中 is a mean: what follows divides the mean, not the level before it."""
    return any(fact.role == "mean" and fact.figure.unit == unit for fact in entry.said)


def _subject_of(wholes: list[Entry], parts: Sequence[Entry]) -> list[Entry]:
    """The whole whose noun the parts repeat goes first; the first entry of the sentence otherwise."""
    endings = {part.label[-3:] for part in parts if len(part.label) > 3}
    named = [whole for whole in wholes if any(whole.label.endswith(ending) for ending in endings)]
    return named or wholes


def _lead(earlier: Series) -> list[Entry]:
    """The entries of the sentence before that a sentence beginning with 其中 may divide."""
    return [entry for entry in earlier.entries if entry.levels]


def _best(
    wholes: Sequence[Entry], parts: Sequence[Entry], unit: str, one: Series, *, is_near: bool
) -> Iterator[Relation]:
    """The relation to the nearest whole, or to another one when the sum fits that."""
    found: list[Relation] = []
    yield from _first_of(parts, unit)
    for place, whole in enumerate(wholes):
        if is_intensive(whole) or (fact := whole.of_unit(unit)) is None:
            continue
        lists = _lists(fact, whole, parts, unit, one, is_near=is_near and place == 0)
        relations = [relation for each in lists for relation in judge_list(each)]
        fits = [
            relation for relation in relations if relation.verdict in (CONSISTENT, EXPLAINED) and relation.kind == "sum"
        ]
        if fits:
            yield from relations if place == 0 else fits
            return
        found = found or relations
    if not found and wholes and not is_near and len(parts) == 1 and (fact := wholes[-1].of_unit(unit)) is not None:
        made = make_list(
            fact, wholes[-1], [(part, level) for part in parts if (level := part.of_unit(unit))], "", is_near=True
        )
        found = [relation for relation in bound_relation(made) if relation.verdict == CONSISTENT]
    yield from found


def _first_of(parts: Sequence[Entry], unit: str) -> Iterator[Relation]:
    """The first part divided by the others: 有劳动能力的1700余人，安排370人，自谋400余人，尚有1000余人没有门路."""
    pairs = [(part, fact) for part in parts if (fact := part.of_unit(unit)) and fact.role == "level"]
    if len(pairs) < 3 or not pairs[0][1].figure.approx:
        return
    each = make_list(pairs[0][1], pairs[0][0], pairs[1:], "", is_near=False)
    total = sum((fact.figure.value for fact in each.parts), Decimal(0))
    if abs(total - each.whole.figure.value) * 20 <= each.whole.figure.value:
        yield sum_relation(each, total, CONSISTENT, "sum.exact")


def _lists(
    whole: Fact, entry: Entry, parts: Sequence[Entry], unit: str, one: Series, *, is_near: bool
) -> Iterator[List]:
    """The list as it stands, cut where its punctuation changes, and the families inside it."""
    with_unit = [(part, fact) for part in parts if (fact := part.of_unit(unit)) and fact.role == "level"]
    if not with_unit or is_intensive(with_unit[0][0]):
        return
    cut = _cut(with_unit)
    claim = claim_of(cut, entry, one)
    made = make_list(whole, entry, cut, claim, is_near=is_near)
    yield replace(made, is_loose=with_unit[0][0].group in one.loose_groups)
    for places in subfamilies([part.label or fact.tail for part, fact in cut]):
        if len(places) < len(cut):
            yield make_list(whole, entry, [cut[place] for place in places], "family", is_near=is_near)
    for size in range(len(with_unit), 1, -1):
        if size != len(cut):
            yield make_list(whole, entry, with_unit[:size], "", is_near=False)


def _cut(pairs: Sequence[tuple[Entry, Fact]]) -> list[tuple[Entry, Fact]]:
    """The list up to the semicolon that ends it; a list whose items are set off by semicolons goes on."""
    if len(pairs) < 2 or pairs[1][0].separator == ";":
        return list(pairs)
    for place, (part, _) in enumerate(pairs):
        if place and part.separator == ";":
            return list(pairs[:place])
    return list(pairs)


def _colon_lists(one: Series) -> Iterator[Relation]:
    """A total, a colon, its list: complete when the total is marked as one or the list says 分别."""
    for place, whole in enumerate(one.entries[:-1]):
        following = one.entries[place + 1]
        is_counted = says_count([(entry, entry.levels[0]) for entry in one.entries[place + 1 :] if entry.levels], whole)
        is_listed = following.separator == ":" or is_counted or (following.is_each and following.run == whole.run + 1)
        if not is_listed or following.group != whole.group or is_intensive(whole):
            continue
        parts = [entry for entry in one.entries[place + 1 :] if entry.group == whole.group]
        for unit in _units(parts):
            if fact := whole.of_unit(unit):
                for each in _lists(fact, whole, parts, unit, one, is_near=True):
                    yield from (relation for relation in judge_list(each) if relation.kind == "sum")


def _asides(one: Series) -> Iterator[Relation]:
    """A bracket behind a figure that lists its parts without 其中."""
    if one.parent is None or one.has_of_which or len(one.entries) < 2 or is_intensive(one.parent):
        return
    for unit in _units(one.entries):
        fact = one.parent.of_unit(unit)
        if fact is None:
            continue
        for each in _lists(fact, one.parent, one.entries, unit, one, is_near=True):
            yield from (relation for relation in judge_list(each) if relation.kind == "sum")


def _family_lists(one: Series) -> Iterator[Relation]:
    """A list whose names divide a whole without rest, and the whole with the same noun before it; no 其中 is needed."""
    for unit in _units(one.entries):
        pairs = [
            (entry, fact)
            for entry in one.entries
            if entry.group == 0 and (fact := entry.of_unit(unit)) and fact.role == "level"
        ]
        for size in range(min(5, len(pairs) - 1), 1, -1):
            for start in range(1, len(pairs) - size + 1):
                run, (whole, fact) = pairs[start : start + size], pairs[start - 1]
                labels = [entry.label for entry, _ in run]
                if (
                    complete_family(labels) in (None, "rest", "negation")
                    or not _has_noun(whole, labels)
                    or is_intensive(whole)
                ):
                    continue
                each = make_list(fact, whole, run, "family", is_near=True)
                yield from (relation for relation in judge_list(each) if relation.kind == "sum")


def _framed(one: Series) -> Iterator[Relation]:
    """94个问题中，已整改87个，正在整改7个: the counts that follow make up the frame to the digit."""
    for place, whole in enumerate(one.entries):
        for fact in whole.levels:
            if not fact.tail.endswith("中") or not fact.figure.is_exact_count:
                continue
            pairs = [
                (entry, part)
                for entry in one.entries[place + 1 :]
                if (part := entry.of_unit(fact.figure.unit)) and part.role == "level" and part.figure.is_exact_count
            ]
            for size in range(2, len(pairs) + 1):
                each = make_list(fact, whole, pairs[:size], "", is_near=False)
                total = sum((part.figure.value for part in each.parts), Decimal(0))
                if total == fact.figure.value:
                    yield sum_relation(each, total, CONSISTENT, "sum.exact")
                    break


def _has_noun(whole: Entry, labels: Sequence[str]) -> bool:
    """All labels end in the same two characters, and the whole's words have them."""
    if whole.label.startswith("总") or "总投资" in whole.label or whole.is_total:
        return True
    if all(_HOUSED.search(label) for label in labels) and _HOUSED.search(whole.words):
        return True
    endings = {label[-2:] for label in labels}
    return len(endings) == 1 and min(map(len, labels)) > 2 and endings.pop() in whole.words
