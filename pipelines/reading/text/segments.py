"""Which lines of a text belong to one table: runs of lines of one width.

Belongs here: where a table of another width begins and ends. Does not belong here: cells, titles, headers as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pipelines.reading.text.profiles import shape_of
from pipelines.reading.text.records import BLANK, INSIDE, Records

LEAST_RUN = 3
LONG_RUN = 10
MOST_BLANKS = 1_000
MOST_TITLES = 3
MOST_SCANNED = 2_000
FULL = 0.7
FIGURES = frozenset({"identity", "stamp", "date", "time", "integer", "decimal", "money", "percent"})


class Segment(NamedTuple):
    """Lines ``first`` to ``last`` (from 0, both included) that make one grid of ``width`` columns."""

    first: int
    last: int
    width: int


class _Run(NamedTuple):
    first: int
    last: int
    size: int
    width: int
    after_blank: bool
    before_blank: bool


def is_header_like(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """True when a line names columns: distinct words without figures, above a line that has some."""
    filled = [cell.strip() for cell in cells if cell and cell.strip()]
    if len(filled) < max(2, 0.7 * len(cells)) or len(set(filled)) < len(filled):
        return False
    if any(shape_of(cell).kind in FIGURES for cell in filled):
        return False
    return any(shape_of(cell or "").kind in FIGURES | {"code"} for row in below[:3] for cell in row)


def established_widths(records: Records) -> set[int]:
    """Widths that several lines have; the most frequent one when none does."""
    widths = records.widths[records.widths >= 1]
    if not len(widths):
        return set()
    counts = np.bincount(widths)
    found = {int(width) for width in np.flatnonzero(counts >= LEAST_RUN) if width >= 2}
    return found or {int(np.flatnonzero(counts == counts.max())[-1])}


def segments(records: Records) -> list[Segment]:
    """The tables of a text from top to bottom; every line is in exactly one of them."""
    count = len(records.lines)
    runs = _runs(records)
    if not runs:
        width = int(records.widths.max(initial=1))
        return [Segment(0, count - 1, max(1, width))]
    strong = _strong(records, runs)
    merged: list[_Run] = []
    for run in strong:
        if merged and merged[-1].width == run.width:
            merged[-1] = merged[-1]._replace(last=run.last, size=merged[-1].size + run.size)
        else:
            merged.append(run)
    found = []
    begin = 0
    for run, after in zip(merged, [*merged[1:], None], strict=True):
        end = count - 1 if after is None else _boundary(records, run.last, after.first)
        for part in _at_other_headers(records, Segment(begin, end, run.width)):
            found += _at_first_figures(records, part)
        begin = end + 1
    return found


def _at_other_headers(records: Records, segment: Segment) -> list[Segment]:
    """A segment cut where a header of other names stands apart: a second table that happens to be as wide."""
    widths = records.widths[segment.first : segment.last + 1]
    regular = segment.first + np.flatnonzero(widths == segment.width)
    blanks = segment.first + np.flatnonzero(widths == BLANK)
    if not len(regular) or not 0 < len(blanks) <= MOST_BLANKS:
        return [segment]
    return _at_blanks(records, segment, regular, blanks)


def _at_first_figures(records: Records, segment: Segment) -> list[Segment]:
    """A table of words cut where, without a blank line, names and figures begin below them: another table."""
    widths = records.widths[segment.first : segment.last + 1]
    regular = (segment.first + np.flatnonzero(widths == segment.width)).tolist()
    if not 2 * LEAST_RUN <= len(regular) <= MOST_SCANNED:
        return [segment]
    figures = [sum(shape_of(cell).kind in FIGURES for cell in records.cells(line)) for line in regular]
    first = next((at for at, count in enumerate(figures) if count), 0)
    if first <= LEAST_RUN or any(2 * count < segment.width for count in figures[first:]):
        return [segment]
    below = figures[first:]
    header = records.cells(regular[first - 1])
    seen = {cell.strip() for line in regular[: first - 1] for cell in records.cells(line)}
    if len(below) < LEAST_RUN or not is_header_like(header, [records.cells(line) for line in regular[first:]]):
        return [segment]
    filled = sum(bool(cell.strip()) for line in regular[: first - 1] for cell in records.cells(line))
    if any(cell.strip() in seen for cell in header) or filled < FULL * segment.width * (first - 1):
        return [segment]
    cut = regular[first - 1]
    return [Segment(segment.first, cut - 1, segment.width), Segment(cut, segment.last, segment.width)]


def _at_blanks(records: Records, segment: Segment, regular: np.ndarray, blanks: np.ndarray) -> list[Segment]:
    names = records.cells(int(regular[0]))
    found = []
    begin = segment.first
    for blank in blanks[blanks > regular[0]].tolist():
        after = regular[regular > blank][:4].tolist()
        if len(after) < 2 or np.any(records.widths[blank + 1 : after[0]] == BLANK):
            continue
        cells = [records.cells(line) for line in after]
        if after[0] - blank <= MOST_TITLES + 1 and cells[0] != names and is_header_like(cells[0], cells[1:]):
            found.append(Segment(begin, blank, segment.width))
            begin, names = blank + 1, cells[0]
    return [*found, Segment(begin, segment.last, segment.width)]


def _runs(records: Records) -> list[_Run]:
    """Neighbouring regular lines of one width of two or more; blank and irregular lines between do not count."""
    where = np.flatnonzero(records.widths >= 2)
    if not len(where):
        return []
    widths = records.widths[where]
    breaks = np.flatnonzero(np.diff(widths)) + 1
    begins = np.concatenate(([0], breaks))
    ends = np.concatenate((breaks, [len(where)])) - 1
    found = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        first, last = int(where[begin]), int(where[end])
        after_blank = first == 0 or records.widths[first - 1] == BLANK
        following = last + 1
        while following < len(records.lines) and records.widths[following] == INSIDE:
            following += 1
        before_blank = following >= len(records.lines) or records.widths[following] == BLANK
        found.append(_Run(first, last, end - begin + 1, int(widths[begin]), bool(after_blank), bool(before_blank)))
    return found


def _strong(records: Records, runs: list[_Run]) -> list[_Run]:
    """Runs that are tables of their own and not damaged rows of another."""
    totals: dict[int, int] = {}
    for run in runs:
        totals[run.width] = totals.get(run.width, 0) + run.size
    main = max(totals, key=lambda width: (totals[width], width))
    strong = [run for run in runs if run.width == main or _is_table(records, run, main)]
    kept = [run for run in strong if run.width != main or run.size >= LEAST_RUN or len(strong) == 1]
    others = {run.width for run in kept}
    return kept if main in others or not strong else [run for run in strong if run.width == main] or kept


def _is_table(records: Records, run: _Run, main: int) -> bool:
    if run.size >= LONG_RUN and abs(run.width - main) > 1:
        return True
    cells = [records.cells(line) for line in _lines(records, run, 4)]
    named = len(cells) > 1 and is_header_like(cells[0], cells[1:])
    if run.after_blank and run.first > 0:
        return run.size >= LEAST_RUN or named
    if run.size < LEAST_RUN:
        return False
    if run.first == 0:
        return named or run.before_blank
    return named or run.size >= 2 * LONG_RUN


def _lines(records: Records, run: _Run, most: int) -> list[int]:
    inside = np.flatnonzero(records.widths[run.first : run.last + 1] == run.width)
    return [run.first + int(each) for each in inside[:most]]


def _boundary(records: Records, last: int, first: int) -> int:
    """The last line that still belongs to the table above: lines after a blank one go with the table below."""
    end = last
    while end + 1 < first and records.widths[end + 1] == INSIDE:
        end += 1
    between = records.widths[end + 1 : first]
    blanks = np.flatnonzero(between == BLANK)
    if len(blanks):
        return end + 1 + int(blanks[-1]) if not np.any(between[blanks[0] :] != BLANK) else end + 1 + int(blanks[0])
    return first - 1
