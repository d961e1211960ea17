"""Text in columns of fixed width: where they begin, and a line cut there.

Belongs here: columns that only blanks divide, with cells that may be blank or hold single blanks. Does not belong
here: delimiters (dialects).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LEAST_LINES = 4
LEAST_GAP = 2
LEAST_FILLED = 0.3
GAPPED_SHARE = 0.8
GAP = re.compile(r"\S {2,}\S")
_GAPS = re.compile(r" {2,}")


def fixed_stops(lines: Sequence[str]) -> tuple[int, ...]:
    """Where the columns begin (letters from 0), when two letters or more beside each other are blank in every line.

    Nothing when most lines have no wide gap, or a column between two gaps is nearly always blank.
    """
    if len(lines) < LEAST_LINES or any("\t" in line for line in lines):
        return ()
    if sum(bool(GAP.search(line)) for line in lines) < GAPPED_SHARE * len(lines):
        return ()
    size = max(len(line) for line in lines)
    is_used = [False] * size
    for line in lines:
        for at, letter in enumerate(line):
            is_used[at] = is_used[at] or letter != " "
    stops: list[int] = []
    gap = LEAST_GAP
    for at, used in enumerate(is_used):
        if used and gap >= LEAST_GAP:
            stops.append(at)
        gap = 0 if used else gap + 1
    found = tuple(stops)
    rows = [_cut(line, found) for line in lines]
    filled = [sum(bool(row[column]) for row in rows) for column in range(len(found))]
    return found if min(filled, default=0) >= LEAST_FILLED * len(lines) else ()


def at_stops(line: str, stops: tuple[int, ...], mark: str) -> str:
    """The cells of a line with ``mark`` between; a line that runs over a stop is cut at its wide gaps instead."""
    if not line.strip(" "):
        return ""
    if any(line[stop - LEAST_GAP : stop].strip(" ") for stop in stops if stop):
        return mark.join(_GAPS.split(line.strip(" ")))
    return mark.join(_cut(line, stops))


def _cut(line: str, stops: tuple[int, ...]) -> list[str]:
    ends = (*stops[1:], len(line))
    return [line[start:end].strip(" ") for start, end in zip(stops, ends, strict=True)]
