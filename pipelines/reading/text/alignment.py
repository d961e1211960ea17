"""A line whose cells do not fit its table: which value surely belongs to which column.

Belongs here: one damaged line against column profiles. Does not belong here: which lines are damaged.

The line is cut at every delimiter, quoted or not. A reading gives each column some neighbouring pieces, with edits
(a delimiter missing, too many, inside a value; a quote astray) that cost. Over all readings at once (forward and
backward sums of the cheapest ways) each column's values get the cost of the cheapest reading that has them; a value is
kept only when every reading with another value in its column is clearly dearer.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.reading.text.profiles import Profile
from pipelines.reading.text.slips import self_evident

MISSING, EXTRA, JOIN, STRAY, CUT, LOST, DROPPED = 5.0, 4.5, 5.5, 3.0, 5.0, 6.0, 14.0
HEADER_JOIN = 9.0
EDGE = 4.0
POOR = 9.0
ODD = 2.4
MARGIN = 3.0
LONGEST_QUOTED = 12
MOST_MERGED = 4
MERGED = 1.7
MERGED_LENGTH = 0.7
SHORT = 4.5
UNKNOWN = "\0"
MOST_STEPS = 40_000
_QUOTE_RUN = re.compile(r'""')
_TURNS = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=\d)(?=\D)|(?<=\D)(?=\d)|(?<=\w)(?=\W)|(?<=\W)(?=\w)|(?<=[\u3400-\u9fff])(?=[A-Za-z])"
)


@dataclass(frozen=True)
class Reading:
    """The cells of a damaged line (None: blank or not certain) and what was done, columns from 0.

    ``cost`` is the cheapest reading's, ``edits`` its edits as (what, column).
    """

    cells: list[str | None]
    cost: float
    edits: list[tuple[str, int]]
    uncertain: list[int]

    @property
    def is_structural(self) -> bool:
        """True when cells were moved, joined, split or left out, or one of them is not certain."""
        return bool(self.uncertain) or any(what != "stray" for what, _ in self.edits)


class _Step(NamedTuple):
    piece: int
    column: int
    cost: float
    values: tuple[str, ...]
    edits: tuple[tuple[str, int], ...]


def unquote(raw: str) -> tuple[str, float]:
    """A cell's value and the cost of its quoting: 0 when regular or without quotes."""
    if '"' not in raw:
        return raw, 0.0
    if len(raw) >= 2 and raw[0] == raw[-1] == '"':
        inner = raw[1:-1]
        is_regular = '"' not in _QUOTE_RUN.sub("", inner)
        return _QUOTE_RUN.sub('"', inner), 0.0 if is_regular else STRAY
    return raw, STRAY


class _Aligner:
    """All readings of one line."""

    def __init__(
        self, pieces: list[str], delimiter: str, profiles: Sequence[Profile], *, cut: float, is_header: bool
    ) -> None:
        self.profiles = profiles
        self.lengths = [math.exp(profile.mean) - 1 for profile in profiles]
        costs: list[Callable[[str], float]]
        costs = [profile.name_cost if is_header else profile.cost for profile in profiles]
        self.pieces = pieces
        self.delimiter = delimiter
        self.costs = costs
        self.cut = cut
        self.join = HEADER_JOIN if is_header else JOIN
        self.height, self.width = len(pieces), len(costs)
        marks = sum('"' in piece for piece in pieces)
        self.band = abs(self.height - self.width) + 2 + 2 * marks
        self.may_split = bool(marks) or self.height <= self.width
        self.may_join = bool(marks) or self.height >= self.width
        self._cuts: dict[tuple[str, bool], list[tuple[str, str, float, float]]] = {}

    def steps(self, piece: int, column: int) -> Iterator[_Step]:
        """The ways on from a state: ``piece`` pieces used up, ``column`` columns filled."""
        if column < self.width:
            empty = self.costs[column]("")
            yield _Step(piece, column + 1, LOST + empty, ("",), (("lost", column),))
            if piece == self.height:
                rest = self.width - column
                yield _Step(piece, self.width, self.cut + 0.1 * rest, ("",) * rest, (("cut", column),))
        if piece < self.height:
            is_empty = not self.pieces[piece].strip()
            yield _Step(
                piece + 1, column, EXTRA if is_empty else DROPPED, (), (("extra", min(column, self.width - 1)),)
            )
            if column < self.width:
                yield from self._cells(piece, column)
            if self.height < self.width and column + 2 < self.width and not is_empty:
                for count in range(3, min(MOST_MERGED, self.width - column, self.width - self.height + 2) + 1):
                    is_long = len(self.pieces[piece]) >= MERGED_LENGTH * sum(self.lengths[column : column + count])
                    cost = MISSING + MERGED * (count - 1) if is_long else MISSING * (count - 1) + SHORT
                    yield _Step(piece + 1, column + count, cost, (UNKNOWN,) * count, (("missing", column),))

    def _cells(self, piece: int, column: int) -> Iterator[_Step]:
        raw = ""
        most = LONGEST_QUOTED if self.pieces[piece][:1] == '"' else 3 if self.may_join else 1
        for taken in range(1, min(most, self.height - piece) + 1):
            raw = self.pieces[piece] if taken == 1 else raw + self.delimiter + self.pieces[piece + taken - 1]
            if len(raw) > 20_000:
                return
            value, stray = unquote(raw)
            is_quoted = '"' in raw and raw[:1] == raw[-1:] == '"' and len(raw) >= 2
            edits: tuple[tuple[str, int], ...] = (("stray", column),) if stray else ()
            cost = stray
            if taken > 1 and not (is_quoted and not stray):
                cost += self.join * (taken - 1) if not is_quoted else 0.8 * (taken - 1)
                edits += (("joined", column),)
                if is_quoted:
                    edits = edits[:-1]
            if taken <= 3 or is_quoted:
                if (
                    taken > 1
                    and not is_quoted
                    and not (self.pieces[piece].strip() and self.pieces[piece + taken - 1].strip())
                ):
                    cost += EDGE
                cost += self.costs[column](value.replace('"', "") if stray else value)
                yield _Step(piece + taken, column + 1, cost, (value,), edits)
            if self.may_split and column + 1 < self.width and (taken == 1 or raw[:1] == '"' or raw[-1:] == '"'):
                yield from self._halves(raw, piece + taken, column, taken)

    def _halves(self, raw: str, piece: int, column: int, taken: int) -> Iterator[_Step]:
        """A delimiter is missing inside ``raw``: every place where it may have been."""
        is_joined = taken > 1
        cuts = self._cuts.get((raw, is_joined))
        if cuts is None:
            cuts = []
            for at in _places(raw, is_quoted=is_joined):
                left, left_stray = unquote(raw[:at])
                right, right_stray = unquote(raw[at:])
                if not (is_joined and (left_stray or right_stray)):
                    cuts.append((left, right, left_stray, right_stray))
            self._cuts[raw, is_joined] = cuts
        first, second = self.costs[column], self.costs[column + 1]
        for left, right, left_stray, right_stray in cuts:
            fit = first(left)
            if fit > POOR:
                continue
            fit += second(right)
            if fit > POOR:
                continue
            edits: tuple[tuple[str, int], ...] = (("missing", column),)
            if left_stray or right_stray:
                edits += (("stray", column if left_stray else column + 1),)
            yield _Step(piece, column + 2, MISSING + left_stray + right_stray + fit, (left, right), edits)


def _places(raw: str, *, is_quoted: bool) -> list[int]:
    """Places where a cell may be cut in two: all of a short one, its turns and both ends of a long one."""
    size = len(raw)
    if '"' in raw:
        marks = [found.start() for found in re.finditer('"', raw)]
        places = {place for mark in marks for place in (mark, mark + 1)} | ({0, size} if not is_quoted else set())
        if is_quoted or raw[:1] == '"' or raw[-1:] == '"':
            return sorted(places)[:60]
        return sorted(places | set(range(min(size, 20))))
    if size <= 16 or (size <= 40 and 2 * sum(map(str.isdigit, raw)) >= size):
        return list(range(size + 1))
    turns = [found.start() for found in _TURNS.finditer(raw)]
    return sorted({*range(8), *range(size - 8, size + 1), *turns[:16], *turns[-16:]})


def align(
    pieces: list[str],
    delimiter: str,
    profiles: Sequence[Profile],
    *,
    is_header: bool = False,
    cut: float = CUT,
    margin: float = MARGIN,
) -> Reading:
    """The certain cells of a line that was cut at every delimiter, for a table with these column profiles."""
    aligner = _Aligner(pieces, delimiter, profiles, cut=cut, is_header=is_header)
    if (min(aligner.band, aligner.width) + 1) * (aligner.height + 1) > MOST_STEPS:
        return Reading([None] * aligner.width, float("inf"), [("cut", 0)], list(range(aligner.width)))
    return _solve(aligner, margin)


def _solve(aligner: _Aligner, margin: float) -> Reading:
    height, width = aligner.height, aligner.width
    far = float("inf")
    forward = [[far] * (width + 1) for _ in range(height + 1)]
    backward = [[far] * (width + 1) for _ in range(height + 1)]
    forward[0][0] = backward[height][width] = 0.0
    found: list[tuple[int, int, _Step]] = []
    for piece in range(height + 1):
        for column in range(width + 1):
            start = forward[piece][column]
            if start == far or abs(piece - column) > aligner.band:
                continue
            for step in aligner.steps(piece, column):
                found.append((piece, column, step))
                forward[step.piece][step.column] = min(forward[step.piece][step.column], start + step.cost)
    best_next: dict[tuple[int, int], _Step] = {}
    for piece, column, step in reversed(found):
        total = step.cost + backward[step.piece][step.column]
        if total < backward[piece][column]:
            backward[piece][column] = total
            best_next[piece, column] = step
    return _certain(aligner, (forward, backward), found, best_next, margin=margin)


def _certain(
    aligner: _Aligner,
    sums: tuple[list[list[float]], list[list[float]]],
    found: list[tuple[int, int, _Step]],
    best_next: dict[tuple[int, int], _Step],
    *,
    margin: float,
) -> Reading:
    """Values whose every rival is clearly dearer; the edits of the cheapest reading."""
    width = aligner.width
    forward, backward = sums
    best = backward[0][0]
    cells: list[str | None] = []
    edits: list[tuple[str, int]] = []
    state = (0, 0)
    while state != (aligner.height, width):
        step = best_next[state]
        cells += step.values
        edits += step.edits
        state = (step.piece, step.column)
    moves = sum(what != "stray" for what, _ in edits)
    totals: list[dict[str, float]] = [{} for _ in range(width)]
    for piece, column, step in found:
        total = forward[piece][column] + step.cost + backward[step.piece][step.column]
        if total > best + margin:
            continue
        for offset, value in enumerate(step.values):
            known = totals[column + offset]
            known[value.strip()] = min(total, known.get(value.strip(), total))
    is_moved = moves > 0 and aligner.join == JOIN
    uncertain = [
        column
        for column in range(width)
        if len(totals[column]) > 1
        or UNKNOWN in totals[column]
        or (is_moved and '"' in (cells[column] or "").strip().strip('"') and not aligner.profiles[column].has_quotes)
        or (is_moved and cells[column] and aligner.costs[column]((cells[column] or "").replace('"', "")) > ODD)
    ]
    for column in uncertain:
        cells[column] = None
    if uncertain and aligner.join == JOIN:
        for column, value in self_evident(aligner.pieces, aligner.profiles).items():
            if column in uncertain and all(cell != value for cell in cells):
                cells[column] = value
                uncertain.remove(column)
    return Reading([cell or None for cell in cells], best, edits, uncertain)


def plain_cost(cells: Sequence[str], profiles: Sequence[Profile]) -> float:
    """What a row costs when each of its cells stands in its own column."""
    return sum(profile.cost(cell) for profile, cell in zip(profiles, cells, strict=True))
