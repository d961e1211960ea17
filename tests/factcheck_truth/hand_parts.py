"""Short names with which the sentences written one by one are set down.

What belongs here: the entry of one sentence and its expected relations. What does not: sentences (`hand_right.py`,
`hand_wrong.py`, `hand_silent.py`) and arithmetic (`rules.py`).
"""

from __future__ import annotations

from typing import Any

from tests.factcheck_truth.templates import Expected, expect

Sentence = dict[str, Any]

RATIO = ("ratio",)
SHARE = ("share",)


def _entry(variant: str, construction: str, text: str, *expected: Expected) -> Sentence:
    return {"variant": variant, "construction": construction, "text": text, "expect": list(expected)}


def right(construction: str, text: str, *expected: Expected) -> Sentence:
    return _entry("right", construction, text, *expected)


def wrong(construction: str, text: str, *expected: Expected) -> Sentence:
    return _entry("wrong", construction, text, *expected)


def silent(construction: str, text: str) -> Sentence:
    return _entry("silent", construction, text)


def pct(kind: str, part: str, whole: str, printed: str, also: tuple[str, ...] = ("ratio", "share")) -> Expected:
    """A percentage of a base."""
    others = tuple(k for k in also if k != kind)
    return expect(kind, f"{part}/{whole}*100", printed, rounded=True, also=others)


def total(parts: str, printed: str, **more: Any) -> Expected:
    """A sum."""
    return expect("sum", parts, printed, **more)
