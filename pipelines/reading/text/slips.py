"""Rows of the right width that slipped by one column: a cell missing or too many, and a blank that makes up for it.

Belongs here: what tells such a row (values of closed vocabularies one column off, a blank at an end where no row has
one, a blank before a value where no row has one) and which columns of it are not certain then. Does not belong here:
rows of another width, doubts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl

from pipelines.reading.text.profiles import Profile, shape_of

FEWEST_VALUES = 8
MOST_DISTINCT = 0.34
CLOSED_SHARE = 0.9
FEWEST_BESIDE = 2
FEW_ROWS = 4
NEVER_BLANK = 0.02
AT_HOME = 2.5
FOREIGN = 3.0
FEWEST_JOINED = 3
EVIDENT = frozenset(["identity", "stamp", "date", "time", "code", "url", "email"])
PADDED_COST = 1.5
MOST_PADDED = 0.02


def closed_vocabulary(profile: Profile) -> frozenset[str]:
    """The values of a column with few of them that nearly all occur again; nothing for another column."""
    filled = sum(profile.vocabulary.values())
    again = {value: count for value, count in profile.vocabulary.items() if count > 1}
    is_closed = filled >= FEWEST_VALUES and len(profile.vocabulary) <= max(2, MOST_DISTINCT * filled)
    return frozenset(again) if is_closed and sum(again.values()) >= CLOSED_SHARE * filled else frozenset()


def beside(cells: Sequence[str], sound: Sequence[Profile]) -> list[int]:
    """Columns (from 0) whose value is none of their closed vocabulary and one of that of the column beside."""
    words = [closed_vocabulary(profile) for profile in sound]
    found = []
    for column, cell in enumerate(each.strip() for each in cells):
        if not cell or cell in sound[column].vocabulary:
            continue
        near = [words[at] for at in (column - 1, column + 1) if 0 <= at < len(words)]
        if any(cell in each for each in near) and (words[column] or sound[column].cost(cell) > FOREIGN):
            found.append(column)
    return found


def rows_beside(columns: list[pl.Series], profiles: Sequence[Profile]) -> np.ndarray:
    """Rows with values of two columns or more one column off, by closed vocabularies; indexes from 0."""
    words = [closed_vocabulary(profile) for profile in profiles]
    hits = np.zeros(len(columns[0]), dtype=np.int16)
    for at, column in enumerate(columns):
        near = set().union(*(words[each] for each in (at - 1, at + 1) if 0 <= each < len(words))) - words[at]
        if near:
            hits += column.is_in(sorted(near)).fill_null(value=False).to_numpy()
    return np.asarray(np.flatnonzero(hits >= FEWEST_BESIDE))


def rows_blank_at_an_end(columns: list[pl.Series], profiles: Sequence[Profile]) -> np.ndarray:
    """Rows with a blank first or last cell where (nearly) no row has one; indexes from 0."""
    found = np.zeros(len(columns[0]), dtype=bool)
    for column, profile in ((columns[0], profiles[0]), (columns[-1], profiles[-1])):
        is_blank = column.is_null().to_numpy()
        if len(is_blank) >= FEW_ROWS and is_blank.sum() <= max(1, NEVER_BLANK * len(is_blank)):
            found |= is_blank & (profile.count > 0)
    return np.asarray(np.flatnonzero(found))


def slipped(cells: Sequence[str], sound: Sequence[Profile]) -> tuple[int, int] | None:
    """The columns (first and last, from 0) that are not certain in a row that slipped; None when it did not."""
    moved = beside(cells, sound)
    if len(moved) >= FEWEST_BESIDE:
        return _reach(cells, sound, moved)
    last = len(cells) - 1
    if not cells[last].strip() and sound[last].share("empty") <= NEVER_BLANK:
        return _towards(cells, sound, last, -1)
    if not cells[0].strip() and sound[0].share("empty") <= NEVER_BLANK:
        return _towards(cells, sound, 0, 1)
    return None


def _reach(cells: Sequence[str], sound: Sequence[Profile], moved: list[int]) -> tuple[int, int]:
    """From the first to the last moved value and on, as far as values may be moved too."""
    first, last = moved[0], moved[-1]
    step = 1 if last + 1 < len(cells) else 0
    while step and last + 1 < len(cells) and cells[last + 1].strip() not in sound[last + 1].vocabulary:
        last += 1
    while first > 0 and cells[first - 1].strip() and cells[first - 1].strip() not in sound[first - 1].vocabulary:
        first -= 1
    if first > 0 and not cells[first - 1].strip():
        first -= 1
    return first, last


def _towards(cells: Sequence[str], sound: Sequence[Profile], blank: int, step: int) -> tuple[int, int] | None:
    """Values that may belong one column nearer to the blank end, when one of them is foreign where it stands."""
    reach, gain, best = blank, 0.0, 0.0
    is_foreign = False
    at = blank + step
    while 0 <= at < len(cells) and cells[at].strip():
        there = sound[at - step].cost(cells[at])
        if there > AT_HOME:
            break
        here = sound[at].cost(cells[at])
        gain += here - there
        is_foreign = is_foreign or here > FOREIGN
        reach, best = at, max(best, gain)
        at += step
    if not is_foreign or best <= 0:
        return None
    return min(reach, blank), max(reach, blank)


def self_evident(pieces: Sequence[str], sound: Sequence[Profile]) -> dict[int, str]:
    """Values by column (from 0) that are at home in that one alone, by a pattern no two values run together make."""
    found: dict[int, list[str]] = {}
    for piece in pieces:
        shape = shape_of(piece)
        if shape.kind not in EVIDENT:
            continue
        costs = [profile.cost(piece) for profile in sound]
        home = min(range(len(costs)), key=costs.__getitem__)
        others = [cost for at, cost in enumerate(costs) if at != home]
        is_usual = shape.kind in ("url", "email") or sound[home].patterns[shape.pattern] > 1
        if costs[home] <= AT_HOME and is_usual and min(others, default=FOREIGN + 1) > FOREIGN:
            found.setdefault(home, []).append(piece.strip())
    return {column: values[0] for column, values in found.items() if len(values) == 1}


def two_rows(pieces: Sequence[str], sound: Sequence[Profile]) -> list[str] | None:
    """The sure cells of the first of two rows that ran together, all but its last; None when they did not."""
    width = len(sound)
    if width < FEWEST_JOINED or len(pieces) != 2 * width - 1 or not pieces[width - 1].strip():
        return None
    first, second = pieces[: width - 1], pieces[width:]
    costs = [profile.cost(piece) for profile, piece in zip(sound, first, strict=False)]
    costs += [profile.cost(piece) for profile, piece in zip(sound[1:], second, strict=True)]
    return list(first) if max(costs) <= AT_HOME else None


def padded(columns: list[pl.Series]) -> list[tuple[int, int]]:
    """Rows (from 0) and columns whose value begins with one blank, in a table where next to none does."""
    if len(columns[0]) < FEW_ROWS:
        return []
    found = [
        (int(row), at)
        for at, column in enumerate(columns)
        if at
        for row in np.flatnonzero(column.str.contains(r"^ \S").fill_null(value=False).to_numpy())[
            : len(column) // 4 + 1
        ]
    ]
    rows = Counter(row for row, _ in found)
    if len(rows) > max(1, MOST_PADDED * len(columns[0])):
        return []
    is_spaced = {row for row, count in rows.items() if count > 1 and 2 * count > len(columns) - 1}
    return [(row, at) for row, at in found if row not in is_spaced]
