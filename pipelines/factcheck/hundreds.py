"""Shares that make a whole: they must add up to 100."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from pipelines.factcheck.context import complete_family
from pipelines.factcheck.entries import Entry, Fact, Series
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    Relation,
    span,
)

_REST = re.compile(r"其余|剩余|余下")
_PAID = re.compile(r"报销|自付|自负")


def hundreds_of(one: Series) -> Iterator[Relation]:
    """Shares of a list that add up to 100."""
    runs: list[list[tuple[Entry, Fact]]] = [[]]
    for entry in one.entries:
        shares = [
            fact
            for fact in entry.said
            if fact.role == "share" and fact.figure.unit == "%" and not fact.is_each and (not fact.base or not runs[-1])
        ]
        rates = [fact for fact in entry.levels if fact.role == "rate" and fact.figure.unit == "%" and not fact.is_each]
        if (
            not shares
            and len(rates) == 1
            and not entry.said
            and (_REST.match(entry.label) or _PAID.search(entry.label))
        ):
            shares = rates
        if len(shares) == 1:
            runs[-1].append((entry, shares[0]))
        elif entry.levels:
            runs.append([])
    for run in runs:
        if len(run) < 2:
            continue
        figures = [fact.figure for _, fact in run]
        total = sum((figure.value for figure in figures), Decimal(0))
        tolerance = sum((figure.step for figure in figures), Decimal(0)) / 2
        labels = [entry.label for entry, _ in run]
        start, end = span(figures, run[0][0].start)
        words = {"sum": f"{total:f}%"}
        approx = any(figure.approx for figure in figures)
        if (abs(total - 100) <= tolerance and not approx) or total == 100:
            verdict = CONSISTENT if total == 100 else EXPLAINED
            yield Relation(
                "share",
                start,
                end,
                figures[-1].text,
                f"{total:f}%",
                verdict,
                "sum.percent_ok",
                words,
                tuple(figures),
                figures[0],
            )
        elif not approx and (
            complete_family(labels) not in (None, "rest") or (len(run) == 2 and _REST.match(labels[1]))
        ):
            yield Relation(
                "share",
                start,
                end,
                figures[-1].text,
                f"{total:f}%",
                INCONSISTENT,
                "sum.percent",
                words,
                tuple(figures),
                figures[0],
            )


def rough_hundred(series: Sequence[Series]) -> Iterator[Relation]:
    """About 30, 30, 30 and 10 per cent in one paragraph: rough shares that make the whole."""
    paragraphs: dict[int, list[tuple[Entry, Fact]]] = {}
    for one in series:
        for entry in one.entries:
            for fact in entry.levels:
                if fact.role == "rate" and fact.figure.approx == "about" and fact.figure.unit == "%":
                    paragraphs.setdefault(one.sentence.paragraph, []).append((entry, fact))
    for pairs in paragraphs.values():
        figures = [fact.figure for _, fact in pairs]
        if len(figures) >= 3 and sum(figure.value for figure in figures) == 100:
            start, end = span(figures)
            yield Relation(
                "sum",
                start,
                end,
                figures[-1].text,
                "100%",
                CONSISTENT,
                "sum.percent_ok",
                {"sum": "100%"},
                tuple(figures),
                figures[-1],
            )


def proportions_of(one: Series) -> Iterator[Relation]:
    """Three numbers with colons that are the structure of a whole."""
    for entry in one.entries:
        for fact in entry.levels:
            figure = fact.figure
            if (
                figure.kind != "ratio"
                or len(figure.parts) < 3
                or not re.search("结构|比例|比重|比", entry.label + fact.label)
            ):
                continue
            total = sum(figure.parts, Decimal(0))
            tolerance = sum(figure.steps, Decimal(0)) / 2
            if not 80 <= total <= 120:
                continue
            words = {"sum": f"{total:f}"}
            verdict = CONSISTENT if total == 100 else EXPLAINED if abs(total - 100) <= tolerance else INCONSISTENT
            code = "sum.percent" if verdict == INCONSISTENT else "sum.percent_ok"
            yield Relation(
                "share", entry.start, figure.end, figure.text, f"{total:f}", verdict, code, words, (figure,), figure
            )
