"""Records over several lines in a text whose quoting is the standard one throughout.

Belongs here: whether the whole text keeps to the standard, which lines make one record then, and for which widths they
are joined otherwise. Does not belong here: joining a single record of a text with damaged quoting (records).

Two stray marks rows apart are a regular pair too, and would swallow the rows between: a record that holds lines which
by themselves are rows of the table is taken for such a pair, unless such records are the habit of the file.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from pipelines.reading.text.profiles import Profile
from pipelines.reading.text.records import (
    BLANK,
    INSIDE,
    IRREGULAR,
    Records,
    bytes_at,
    join_records,
    places_of,
    quoted_cells,
)

PROFILE_ROWS = 60
MOST_TRIED = 5
HABIT = 3
HABIT_SHARE = 0.1
FITTING = 2.6
FOREIGN = 4.5
FEW_ROWS = 3
NEWLINE = ord("\n")


def join_standard(records: Records) -> bool:
    """Join the records over several lines when every quotation mark of the text is where the standard has it.

    Gives False, with nothing changed, when one is not, or when a record seems to have swallowed rows.
    """
    if not records.odd_quotes.any():
        return True
    spans = _spans(records)
    if spans is None:
        return False
    found: dict[int, tuple[list[str], int]] = {}
    for first, last in spans:
        cells = quoted_cells(records.lines.lines(first, last), records.delimiter)
        if cells is None:
            return False
        found[first] = cells, last
    are_two_rows = TwoRows()
    if _swallow(records, found) or (
        (len(found) < HABIT or len(found) < HABIT_SHARE * len(records.lines))
        and any(are_two_rows(records, first, last) for first, (_, last) in found.items())
    ):
        return False
    for first, (cells, last) in found.items():
        records.joined[first] = cells, last
        records.widths[first] = len(cells)
        records.widths[first + 1 : last + 1] = INSIDE
    return True


def join_damaged(records: Records, established: Collection[int]) -> None:
    """Join what can be joined where some quoting is damaged, for the widths that leave the fewest lines over.

    Lines inside cells may be established widths themselves; one width alone is tried too, therefore.
    """
    if not records.odd_quotes.any():
        return
    most = sorted(established, key=lambda width: -int((records.widths == width).sum()))[:MOST_TRIED]
    best = records
    are_two_rows = TwoRows()
    for number, widths in enumerate([set(established), *({width} for width in most if len(established) > 1)]):
        trial = replace(records, widths=records.widths.copy(), joined={})
        join_records(trial, widths, are_two_rows)
        if not number or (trial.widths == IRREGULAR).sum() < (best.widths == IRREGULAR).sum():
            best = trial
    records.widths[:] = best.widths
    records.joined.update(best.joined)


def _spans(records: Records) -> list[tuple[int, int]] | None:
    """First and last lines of the records over several lines; None when a quotation mark stands elsewhere."""
    codes = np.frombuffer(records.lines.data, dtype=np.uint8)
    marks = places_of(codes, '"')
    if len(marks) % 2:
        return None
    before, after = bytes_at(codes, marks[::2] - 1), bytes_at(codes, marks[1::2] + 1)
    delimiter = ord(records.delimiter)
    doubled = marks[2::2] == marks[1:-1:2] + 1
    begins = (before == delimiter) | (before == NEWLINE)
    begins[1:] |= doubled
    ends = (after == delimiter) | (after == NEWLINE)
    ends[:-1] |= doubled
    if not (begins.all() and ends.all()):
        return None
    is_open = np.searchsorted(marks, records.lines.ends) % 2 == 1
    is_inner = np.concatenate(([False], is_open[:-1]))
    firsts = np.flatnonzero(is_open & ~is_inner)
    lasts = np.flatnonzero(is_inner & ~is_open)
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def _swallow(records: Records, found: dict[int, tuple[list[str], int]]) -> bool:
    """True when some records, against the habit of the file, hold lines that are rows of its table."""
    inside = np.zeros(len(records.lines), dtype=bool)
    for first, (_, last) in found.items():
        inside[first : last + 1] = True
    outside = records.widths[~inside & (records.widths != BLANK)]
    widths = np.concatenate((outside[outside > 0], [len(cells) for cells, _ in found.values()])).astype(np.int64)
    counts = np.bincount(widths, minlength=3)
    counts[:2] = 0
    width = int(counts.argmax())
    if not counts[width]:
        return False
    holding = {
        first: lines
        for first, (_, last) in found.items()
        if len(lines := first + 1 + np.flatnonzero(records.widths[first + 1 : last] == width))
    }
    if not holding or (len(holding) >= HABIT and len(holding) >= HABIT_SHARE * counts[width]):
        return False
    sound = [records.cells(int(line)) for line in np.flatnonzero(~inside & (records.widths == width))]
    sound += [cells for first, (cells, _) in found.items() if first not in holding and len(cells) == width]
    rows = sound[1:] if len(sound) > 2 else sound
    if len(rows) < 2:
        return True
    rows = rows[:: max(1, len(rows) // PROFILE_ROWS)]
    profiles = [Profile([row[column] for row in rows]) for column in range(width)]
    for lines in holding.values():
        for line in lines.tolist():
            cells = records.cells(int(line))
            cost = sum(profile.cost(cell) for profile, cell in zip(profiles, cells, strict=True))
            if cost <= FITTING * width:
                return True
    return False


class TwoRows:
    """Tells records over two lines from two rows of the table that a stray quotation mark in each ties together."""

    def __init__(self) -> None:
        self._known: dict[int, list[Profile] | None] = {}

    def __call__(self, records: Records, first: int, last: int) -> bool:
        """True when two lines with one mark each are rows of the table without regard to the marks."""
        lines = [records.lines.line(line) for line in (first, last)]
        cells = [line.replace('"', "").split(records.delimiter) for line in lines]
        width = len(cells[0])
        if width < 2 or len(cells[1]) != width or any(line.count('"') != 1 for line in lines):
            return False
        if width not in self._known:
            self._known[width] = self._profiles(records, width)
        profiles = self._known[width]
        if profiles is None:
            return True
        return all(profile.cost(cell) <= FOREIGN for row in cells for profile, cell in zip(profiles, row, strict=True))

    @staticmethod
    def _profiles(records: Records, width: int) -> list[Profile] | None:
        sound = np.flatnonzero((records.widths == width) & ~records.odd_quotes)
        if len(sound) < FEW_ROWS:
            return None
        sound = sound[1:][:: max(1, len(sound) // PROFILE_ROWS)]
        rows = [records.cells(int(line)) for line in sound]
        return [Profile([row[column] for row in rows]) for column in range(width)]
