"""The relation of a part, its base and the printed share. Which of them belong together is decided elsewhere."""

from __future__ import annotations

from decimal import Decimal

from pipelines.factcheck.entries import Entry, Fact
from pipelines.factcheck.figures import Figure
from pipelines.factcheck.relations import (
    CONSISTENT,
    EXPLAINED,
    INCONSISTENT,
    Relation,
    meets,
    quotient,
    shown,
    span,
)


def judged(part: Figure, base: Figure, published: Figure, factor: int) -> tuple[str, str, Decimal]:
    """Verdict, the end of its reason's code, and the recomputed ``factor`` × part ÷ base."""
    value, possible = quotient(part, base, factor)
    verdict, _ = meets(published, value, possible)
    if verdict == INCONSISTENT:
        return verdict, "off", value
    return verdict, "truncated" if verdict == EXPLAINED else "exact", value


def share_relation(
    entry: Entry, part: Figure, base: Figure, fact: Fact, judgement: tuple[str, str, Decimal]
) -> Relation:
    """The relation of a part of ``entry``, its base and the share in ``fact``, as ``judged`` has found it."""
    verdict, code, value = judgement
    kind = "ratio" if fact.figure.kind == "times" else "share"
    code = {"truncated": "exact"}.get(code, code) if kind == "ratio" else code
    start, end = span((part, fact.figure), min(entry.start, part.start))
    if base.start < start and start - base.start < 30:
        start = base.start
    text = shown(value, fact.figure, 1 if verdict != CONSISTENT else 0)
    words = {"part": part.text, "whole": base.text, "value": text, "published": fact.figure.text}
    return Relation(
        kind,
        start,
        end,
        fact.figure.text,
        text,
        verdict,
        f"{kind}.{code}",
        words,
        (part, base, fact.figure),
        fact.figure,
    )
