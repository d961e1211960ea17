"""Rows of a reading laid beside rows of truth, in the order of the source.

Belongs here: which row answers which. Does not belong here: what counts as right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Pair = tuple[int | None, int | None]
Row = Sequence[str]


def align(truth: Sequence[Row], got: Sequence[Row]) -> list[Pair]:
    """Pairs of row indexes (None: it has no partner) that keep both orders and agree in the most cells."""
    head = 0
    while head < min(len(truth), len(got)) and list(truth[head]) == list(got[head]):
        head += 1
    tail = 0
    while tail < min(len(truth), len(got)) - head and list(truth[-1 - tail]) == list(got[-1 - tail]):
        tail += 1
    pairs: list[Pair] = [(at, at) for at in range(head)]
    middle, other = truth[head : len(truth) - tail], got[head : len(got) - tail]
    if len(middle) == len(other) == 1:
        pairs.append((head, head))
    else:
        pairs += [(_add(one, head), _add(two, head)) for one, two in _best(middle, other)]
    start, end = len(truth) - tail, len(got) - tail
    return pairs + [(start + at, end + at) for at in range(tail)]


def _add(index: int | None, offset: int) -> int | None:
    return None if index is None else index + offset


def _codes(rows: Sequence[Row], width: int, known: dict[str, int]) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    table = np.zeros((len(rows), width), dtype=np.int64)
    for at, row in enumerate(rows):
        for column, cell in enumerate(row[:width]):
            if cell:
                table[at, column] = known.setdefault(cell, len(known) + 1)
    return table


def _best(truth: Sequence[Row], got: Sequence[Row]) -> list[Pair]:
    """The alignment with the most equal cells; what is left between two partners is paired in order."""
    if not truth or not got:
        return [(at, None) for at in range(len(truth))] + [(None, at) for at in range(len(got))]
    width = max(len(truth[0]), 1)
    known: dict[str, int] = {}
    ours, theirs = _codes(truth, width, known), _codes(got, width, known)
    equal = ((ours[:, None, :] == theirs[None, :, :]) & (ours[:, None, :] > 0)).sum(axis=2)
    height, length = equal.shape
    best = np.zeros((height + 1, length + 1), dtype=np.int64)
    for row in range(1, height + 1):
        along = np.maximum(best[row - 1, 1:], best[row - 1, :-1] + equal[row - 1])
        best[row, 1:] = np.maximum.accumulate(along)
    anchors = []
    row, column = height, length
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            anchors.append((row, column))
    return _fill(anchors[::-1], height, length)


def _fill(anchors: list[tuple[int, int]], height: int, length: int) -> list[Pair]:
    """All rows from the anchors: those in between are paired in order as far as they go."""
    pairs: list[Pair] = []
    row = column = 0
    for next_row, next_column in [*anchors, (height, length)]:
        while row < next_row or column < next_column:
            pairs.append((row if row < next_row else None, column if column < next_column else None))
            row, column = row + (row < next_row), column + (column < next_column)
        if next_row < height or next_column < length:
            pairs.append((next_row, next_column))
            row, column = next_row + 1, next_column + 1
    return pairs
