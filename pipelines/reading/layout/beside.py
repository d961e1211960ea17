"""Tables that stand side by side in one sheet, with an empty column between them.

Belongs here: cutting a grid at empty columns. Does not belong here: tables one below the other (``layout``).
"""

from __future__ import annotations

import numpy as np

from pipelines.contracts import Text
from pipelines.reading.doubts import Doubt
from pipelines.reading.grids import Grid
from pipelines.reading.layout.looks import Codes, Look, main_look

FEWEST_COLUMNS = 2
FEWEST_ROWS = 2
_BESIDE = Text(zh="空列右边是另一张表", en="another table stands to the right of an empty column")
_GAP = Text(
    zh="中间有一列空列，右边可能是另一张表", en="an empty column inside: what is right of it may be another table"
)


def split_beside(grid: Grid, codes: Codes) -> list[tuple[Grid, Codes]]:
    """The grid cut at empty columns where both sides look like tables; an empty column that stays is doubted.

    The right side is a table of its own when it has a column of labels beside its figures: right of a spacer column
    inside a table there are only figures. Delimited text is not cut: an empty column there is a column without values.
    """
    filled = codes != Look.BLANK
    empty = np.flatnonzero(~filled.any(axis=0))
    parts: list[tuple[int, int]] = []
    start = 0
    doubts = []
    for at in empty.tolist():
        end = _end_of_side(filled, at)
        if at - start < FEWEST_COLUMNS or end - at - 1 < FEWEST_COLUMNS:
            continue
        column = grid.first_column + at
        if grid.format != "csv" and _is_table(codes[:, start:at]) and _is_table(codes[:, at + 1 : end]):
            parts.append((start, at))
            start = at + 1
            doubts.append(Doubt("second_table", None, column + 1, _BESIDE))
        else:
            doubts.append(Doubt("second_table", None, column, _GAP))
    grid.doubts += doubts
    if not parts:
        return [(grid, codes)]
    parts.append((start, codes.shape[1]))
    return [
        (_cut(grid, first, end, is_first=number == 0), codes[:, first:end]) for number, (first, end) in enumerate(parts)
    ]


def _end_of_side(filled: np.ndarray[tuple[int, int], np.dtype[np.bool_]], at: int) -> int:
    """The next empty column to the right of one, or the width."""
    after = np.flatnonzero(~filled[:, at + 1 :].any(axis=0))
    return at + 1 + int(after[0]) if len(after) else filled.shape[1]


def _is_table(codes: Codes) -> bool:
    lines = (codes != Look.BLANK).any(axis=1)
    has_labels = any(main_look(codes[:, at]) in (Look.WORDS, Look.CODE) for at in range(codes.shape[1]))
    return int(lines.sum()) >= FEWEST_ROWS and has_labels


def _cut(grid: Grid, first: int, end: int, *, is_first: bool) -> Grid:
    """Some columns of a grid, with what was said of them; doubts about no column stay with the first part."""
    left, right = grid.first_column + first, grid.first_column + end
    return Grid(
        format=grid.format,
        columns=grid.columns[first:end],
        rows=grid.rows,
        sheet=grid.sheet,
        encoding=grid.encoding,
        delimiter=grid.delimiter,
        first_column=left,
        is_hidden=grid.is_hidden,
        merged=[merged for merged in grid.merged if left <= merged.first_column < right],
        doubts=[
            doubt for doubt in grid.doubts if (left <= doubt.column < right if doubt.column is not None else is_first)
        ],
        column_units={at - first: unit for at, unit in grid.column_units.items() if first <= at < end},
    )
