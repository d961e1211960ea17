"""Rows of the right width whose values may stand in the wrong columns: a delimiter missing and another too many.

Belongs here: which regular rows fit their columns badly, and whether a repaired reading fits better. Does not belong
here: rows of another width, doubts.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from pipelines.reading.text.alignment import MISSING, Reading, align, plain_cost
from pipelines.reading.text.profiles import FREE, Profile, shape_of
from pipelines.reading.text.slips import slipped

PROFILE_ROWS = 150
MOST_SUSPECTS = 500
FEW_SUSPECTS = 12
SUSPECT_SHARE = 0.02
FEW_CELLS = 4_000
STRANGE = 1.2
FOREIGN = 4.5
AT_HOME = 2.5
RARE = 3.0
GAIN = 2.5
GAIN_IF_FULL = 0.3
OFTEN_BLANK = 0.1
LONGEST_CUT = 60
CLEARLY = 1.0
FEWEST_DISPLACED = 2
RIVAL = 6.0
FILLERS = frozenset(
    ["", "-", "--", "—", "/", "\\", "无", "空", "…", "..", ".", "*", "N/A", "NA", "n/a", "null", "NULL"]
)
_TOTAL = re.compile(r"\s*(?:合|总|小|共)\s*计|其\s*中|平\s*均|(?:sub|grand )?total\b|sum\b|average\b", re.IGNORECASE)
HARD = frozenset(["identity", "stamp", "date", "time", "integer", "decimal", "money", "percent", "url", "email"])


def sample_profiles(columns: list[pl.Series], without: np.ndarray) -> list[Profile]:
    """Profiles of a sample of the rows, without the given ones and the first, which may be the header."""
    count = len(columns[0])
    keep = np.setdiff1d(np.arange(min(1, count - 2) if count > 1 else 0, count), without)
    if len(keep) > PROFILE_ROWS:
        keep = keep[np.linspace(0, len(keep) - 1, PROFILE_ROWS).astype(int)]
    chosen = pl.Series(keep)
    return [Profile(column.gather(chosen).fill_null("").to_list()) for column in columns]


def is_data_like(cells: Sequence[str | None], sound: Sequence[Profile]) -> bool:
    """False for a line of words in a table with figures: a header, a heading or a note, which no value can judge."""
    hard = [at for at, profile in enumerate(sound) if profile.main_kind not in FREE]
    if not hard or any(cell and shape_of(cell).kind in HARD for cell in cells):
        return True
    return not any((cells[at] or "").strip() for at in hard)


def displaced(cells: Sequence[str], sound: Sequence[Profile]) -> list[int]:
    """Columns (from 0) whose value is foreign there and at home in the column beside it."""
    found = []
    for column, cell in enumerate(cells):
        if cell.strip() in FILLERS or sound[column].cost(cell) <= FOREIGN:
            continue
        if any(sound[beside].cost(cell) <= AT_HOME for beside in (column - 1, column + 1) if 0 <= beside < len(sound)):
            found.append(column)
    return found


def judge_row(
    cells: Sequence[str], pieces: list[str], delimiter: str, sound: Sequence[Profile]
) -> Reading | tuple[int, int] | None:
    """A better reading of a row of the right width; or the first and last column (from 0) that are not certain."""
    cost = plain_cost(cells, sound)
    filled = [cell for cell in cells if cell.strip()]
    if 2 * len(filled) < len(cells) or any(_TOTAL.match(cell) for cell in filled):
        return None
    if cost < MISSING:
        return slipped(cells, sound)
    reading = None if _all_quoted(pieces, len(cells)) else align(pieces, delimiter, sound, margin=RIVAL)
    if reading is not None and reading.is_structural and reading.cost < cost - CLEARLY:
        return align(pieces, delimiter, sound)
    if len(moved := displaced(cells, sound)) >= FEWEST_DISPLACED:
        return moved[0], moved[-1]
    return slipped(cells, sound) or _shifted(cells, sound)


def _all_quoted(pieces: list[str], width: int) -> bool:
    """True when every cell is quoted by itself: then no delimiter can be missing or too many inside one."""
    return len(pieces) == width and all(len(piece) > 1 and piece[0] == piece[-1] == '"' for piece in pieces)


def _shifted(cells: Sequence[str], sound: Sequence[Profile]) -> tuple[int, int] | None:
    """Columns between a blank and the cells that ran together (or the end), if moving them back explains the row."""
    costs = [profile.cost(cell) for profile, cell in zip(sound, cells, strict=True)]
    is_full = all(not 0 < profile.share("empty") < OFTEN_BLANK for profile in sound)
    best = limit = GAIN_IF_FULL if is_full else GAIN
    found = None
    for blank in [at for at, cell in enumerate(cells) if not cell.strip() and costs[at] > RARE]:
        for merged in [at for at, cell in enumerate(cells) if cell.strip() and costs[at] > GAIN_IF_FULL] + [len(cells)]:
            first, last = min(blank, merged), min(max(blank, merged), len(cells) - 1)
            before = sum(costs[first : last + 1]) - costs[blank]
            if merged < len(cells) and math.log(len(cells[merged]) + 1) < sound[merged].mean:
                continue
            gain = before - min(_moved_back(cells, sound, blank, merged), default=before)
            if gain <= best == limit == GAIN_IF_FULL and merged < len(cells) and costs[merged] > FOREIGN:
                gain = costs[merged] - FOREIGN + best
            if gain > best:
                best, found = gain, (first, last)
    return found


def _moved_back(cells: Sequence[str], sound: Sequence[Profile], blank: int, merged: int) -> Iterator[float]:
    """Costs of the cells from a blank to ``merged`` when the blank is taken out and ``merged`` is cut in two."""
    if merged == len(cells):
        costs = [profile.cost(cell) for profile, cell in zip(sound[blank:], cells[blank + 1 :], strict=False)]
        is_foreign = any(profile.cost(cell) > FOREIGN for profile, cell in zip(sound, cells, strict=True) if cell)
        if costs and max(costs) <= AT_HOME and is_foreign:
            yield sum(costs)
        return
    between = cells[blank + 1 : merged] if blank < merged else cells[merged + 1 : blank]
    place = blank if blank < merged else merged + 2
    costs = [profile.cost(cell) for profile, cell in zip(sound[place:], between, strict=False)]
    if max(costs, default=0.0) > AT_HOME:
        return
    left, right = (sound[merged - 1], sound[merged]) if blank < merged else (sound[merged], sound[merged + 1])
    value = cells[merged]
    for at in range(1, min(len(value), LONGEST_CUT)):
        cut = _known_cost(left, value[:at]), _known_cost(right, value[at:])
        if max(cut) <= AT_HOME:
            yield sum(costs) + sum(cut)


def _known_cost(profile: Profile, value: str) -> float:
    """The cost of a value in a column; nothing for one that other rows have too."""
    return 0.0 if len(value) > 1 and value.strip() in profile.vocabulary else profile.cost(value)


def strange_rows(columns: list[pl.Series], profiles: Sequence[Profile]) -> np.ndarray:
    """Rows that fit the columns much worse than the others: by cost in a small table, by class in a big one."""
    count = len(columns[0])
    foreign = np.zeros(count, dtype=np.int16)
    if count * len(columns) > FEW_CELLS:
        for profile, column in zip(profiles, columns, strict=True):
            foreign += _foreign(profile, column)
        found = np.flatnonzero(foreign >= 2)
        return found[:MOST_SUSPECTS] if len(found) <= max(3, 0.2 * count) else found[:0]
    cells = [column.fill_null("").to_list() for column in columns]
    for profile, values in zip(profiles, cells, strict=True):
        rare = max(1.0, SUSPECT_SHARE * profile.count)
        usual = {kind for kind, number in profile.kinds.items() if number > rare}
        foreign += np.array([shape_of(value).kind not in usual for value in values])
    rows = list(zip(*cells, strict=True))
    usual_cost = np.median([plain_cost(row, profiles) for row in rows[:: max(1, count // 20)]])
    found = np.flatnonzero(foreign)
    costs = np.array([plain_cost(rows[at], profiles) for at in found])
    chosen = costs > usual_cost + STRANGE
    found, costs = found[chosen], costs[chosen]
    order = np.argsort(-costs)[: max(3, min(FEW_SUSPECTS, count // 5))]
    return np.asarray(found[order])


def _foreign(profile: Profile, column: pl.Series) -> np.ndarray:
    """Which cells are clearly of another class than nearly all of their column."""
    empty = column.is_null().to_numpy().astype(np.int16)
    rare = max(1.0, SUSPECT_SHARE * profile.count)
    always = empty if profile.kinds["empty"] <= rare else np.zeros(len(column), dtype=np.int16)
    kinds = {kind for kind, count in profile.kinds.items() if kind != "empty" and count > rare}
    if not kinds:
        return np.asarray(1 - empty, dtype=np.int16)
    if kinds <= HARD:
        pattern = r"^[^\p{L}]*[Xx]?$|[年月日万元$¥￥€£]|\d[eE][-+]?\d|[aApP][mM]$|://|@"
        return np.asarray(always + ~column.str.contains(pattern).fill_null(value=True).to_numpy(), dtype=np.int16)
    if kinds <= set(FREE):
        pattern = r"^[-+]?[\d.,:/ -]+$"
        return np.asarray(always + column.str.contains(pattern).fill_null(value=False).to_numpy(), dtype=np.int16)
    return always
