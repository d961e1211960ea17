"""A list and its whole: the sum, its tolerance, its verdict.

Belongs here: arithmetic on a list that was found. Does not belong here: finding lists.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.factcheck.entries import Entry, Fact
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import CONSISTENT, EXPLAINED, INCONSISTENT, UNCLEAR, Relation, shown, span

KINDS_OF = frozenset(("", "类", "级", "种", "届", "轮", "期", "步", "层", "款", "倍", "分"))
_FARTHEST = 200


@dataclass(frozen=True)
class List:
    """Parts of one unit and what they may be parts of."""

    whole: Fact
    entry: Entry
    parts: tuple[Fact, ...]
    labels: tuple[str, ...]
    years: tuple[tuple[int, ...], ...]
    claim: str
    is_near: bool
    is_loose: bool = False


def make_list(whole: Fact, entry: Entry, pairs: Sequence[tuple[Entry, Fact]], claim: str, *, is_near: bool) -> List:
    """A list of parts (entry and its level) under its whole; ``claim`` says why it must be complete."""
    return List(
        whole, entry, tuple(fact for _, fact in pairs), tuple(part.label or fact.tail for part, fact in pairs),
        tuple(part.years for part, _ in pairs), claim, is_near,
    )  # fmt: skip


def judge_list(each: List) -> Iterator[Relation]:
    """One relation: sum, or only the bound that no part exceeds its whole."""
    whole, parts = each.whole.figure, [fact.figure for fact in each.parts]
    if len(parts) < 2:
        yield from bound_relation(each) if each.is_near else ()
        return
    total = sum((part.value for part in parts), Decimal(0))
    verdict, code = sum_verdict(whole, parts, total)
    if verdict == CONSISTENT or (verdict == EXPLAINED and (each.claim or len(parts) > 2 or each.is_near)):
        yield sum_relation(each, total, verdict, code)
        return
    if not each.is_near:
        return
    gap = abs(total - whole.value)
    is_open = any(part.approx for part in parts) or whole.approx not in ("", "over", "about", "nearly")
    is_close = gap * 4 <= whole.value
    if (
        each.claim in ("family", "years", "each") or (each.claim in ("all_classes", "bracket") and is_close)
    ) and not is_open:
        yield sum_relation(each, total, INCONSISTENT, "sum.off")
    elif each.claim == "rest" and not is_open:
        near = gap * 4 <= whole.value
        yield sum_relation(each, total, INCONSISTENT if near else UNCLEAR, "sum.off" if near else "sum.open")
    elif each.claim in ("classes", "all_classes") and total > whole.value and not is_open:
        yield sum_relation(each, total, INCONSISTENT, "sum.above")
    elif gap * 50 <= whole.value and len(parts) > 2 and not is_open:
        yield sum_relation(each, total, UNCLEAR, "sum.open")
    else:
        yield from bound_relation(each)


def sum_verdict(whole: Figure, parts: Sequence[Figure], total: Decimal) -> tuple[str, str]:
    """Verdict and reason of a printed whole against the sum of its parts."""
    if total == whole.value and not any(part.approx not in ("", "at_least") for part in parts):
        return CONSISTENT, "sum.exact"
    tolerance = _tolerance(whole, parts)
    if whole.approx or any(part.approx for part in parts):
        low = sum((part.interval[0] for part in parts), Decimal(0))
        high = sum((part.interval[1] for part in parts), Decimal(0))
        first, last = whole.interval
        if whole.approx == "at_least":
            fits = high >= first and total >= whole.value * Decimal("0.9") and total <= whole.value * Decimal("1.1")
        else:
            is_rough = any(part.approx for part in parts)
            fits = low <= last and first <= high and (not is_rough or abs(total - whole.value) * 20 <= whole.value)
        return (CONSISTENT, "sum.exact") if fits else (INCONSISTENT, "sum.off")
    if abs(total - whole.value) <= tolerance:
        return EXPLAINED, "sum.rounded"
    return INCONSISTENT, "sum.off"


def _tolerance(whole: Figure, parts: Sequence[Figure]) -> Decimal:
    """What rounding may add up to: half a last digit each; a whole number beside decimals is as exact as they are."""
    figures = [whole, *parts]
    if all(figure.is_exact_count for figure in figures):
        return Decimal(0)
    finest: dict[int, Decimal] = {}
    for figure in figures:
        finest[figure.scale] = min(finest.get(figure.scale, figure.step), figure.step)
    reach = [Decimal(0) if figure.is_exact_count else finest[figure.scale] for figure in figures]
    return sum(reach, Decimal(0)) / 2


def bound_relation(each: List) -> Iterator[Relation]:
    """No part may exceed its whole."""
    whole = each.whole.figure
    largest = max((fact.figure for fact in each.parts), key=lambda figure: figure.value)
    words = {"total": whole.text, "part": largest.text}
    figures = (whole, *(fact.figure for fact in each.parts))
    if whole.approx == "at_least" or whole.value < 10:
        return
    if largest.interval[0] <= whole.interval[1]:
        if all(fact.figure.interval[0] <= whole.interval[1] for fact in each.parts):
            start, end = span(figures, each.parts[0].start)
            yield Relation(
                "bound", start, end, largest.text, f"≤{whole.text}", CONSISTENT, "bound.part", words, figures, largest
            )
    elif _is_sure_part(each, largest):
        start, end = span((whole, largest))
        yield Relation(
            "bound",
            start,
            end,
            largest.text,
            f"≤{whole.text}",
            INCONSISTENT,
            "bound.part_off",
            words,
            (whole, largest),
            largest,
        )


def _is_sure_part(each: List, largest: Figure) -> bool:
    """The first part after 其中 and its whole just before it: nothing else can be meant."""
    first = each.parts[0]
    return (
        first.figure is largest
        and not largest.approx
        and not each.whole.figure.approx
        and not each.is_loose
        and each.whole.figure.kind == "quantity"
        and each.entry.levels[-1].run >= first.run - 2
        and (not first.years or first.years == each.whole.years)
    )


def sum_relation(each: List, total: Decimal, verdict: str, code: str) -> Relation:
    """The sum of a list with its verdict; a whole that stands far away is left out of the excerpt."""
    whole = each.whole.figure
    figures = (whole, *(fact.figure for fact in each.parts))
    start, end = span(figures)
    if end - start > _FARTHEST and (
        whole.end < figures[1].start - _FARTHEST / 2 or whole.start > figures[-1].end + _FARTHEST / 2
    ):
        start, end = span(figures[1:], each.parts[0].start)
    gap = abs(total - whole.value)
    value = shown(total, _finest(figures))
    words = {"sum": value, "total": whole.text, "gap": shown(gap, _finest(figures))}
    tolerance = str(_tolerance(whole, figures[1:]).normalize())
    return Relation("sum", start, end, whole.text, value, verdict, code, words, figures, whole, tolerance)


def _finest(figures: Sequence[Figure]) -> Figure:
    """The figure to print like: the whole's scale with the finest decimals."""
    whole = figures[0]
    same = [figure for figure in figures if figure.scale == whole.scale]
    return min(same, key=lambda figure: figure.step) if same else whole


def any_approx(each: List) -> bool:
    """Whether the whole or a part is only about right."""
    return bool(each.whole.figure.approx) or any(fact.figure.approx for fact in each.parts)
