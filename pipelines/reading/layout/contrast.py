"""How every line of a grid looks beside the lines after it.

Belongs here: contrast and what else is worked out for all lines at once. Does not belong here: what follows from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.reading.grids import Grid
from pipelines.reading.layout.looks import Codes, Look

Lines = npt.NDArray[np.int64]
WINDOW = 6
TYPED = (Look.NUMBER, Look.DATE, Look.CODE)


@dataclass(frozen=True)
class View:
    """A grid with the look of every cell and what follows from it; arrays have the grid's height.

    ``typed`` counts the columns that hold figures, dates or codes in the next lines, ``contrast`` those of them in
    which the line has words instead, ``contra`` those in which it has the same.
    """

    grid: Grid
    codes: Codes
    filled: Lines
    contrast: npt.NDArray[np.float64]
    contra: npt.NDArray[np.float64]
    typed: npt.NDArray[np.float64]

    def row(self, line: int) -> int:
        """The source row of a line."""
        return int(self.grid.rows[line])

    def texts(self, line: int) -> list[str]:
        """The cells of a line without outer blanks; blank cells are empty."""
        return [(cell or "").strip() for cell in self.grid.line(line)]

    def words_only(self, line: int) -> bool:
        """True for a line without figures, dates and codes."""
        codes = self.codes[line]
        return not bool(np.isin(codes, TYPED).any())


def view_of(grid: Grid, codes: Codes) -> View:
    """Every line of a grid beside the lines after it; ``codes`` are the looks of its cells."""
    filled = (codes != Look.BLANK).sum(axis=1)
    full = np.flatnonzero(filled > 0)
    ends = _window_ends(codes[full], full)
    contrast = np.zeros(len(codes))
    contra = np.zeros(len(codes))
    typed = np.zeros(len(codes))
    for position in range(codes.shape[1]):
        column = codes[full, position]
        following = _following(column, ends)
        is_typed = np.isin(following, TYPED)
        is_words = column == Look.WORDS
        other = np.isin(column, (Look.CODE, Look.DATE)) & (following == Look.NUMBER)
        contrast[full] += (is_words & is_typed) + 0.5 * other
        typed[full] += is_typed
        contra[full] += np.isin(column, TYPED) & (column == following)
    return View(grid, codes, filled, contrast, contra, typed)


def _window_ends(codes: Codes, lines: Lines) -> Lines:
    """Where the lines end that say what follows a line: a few lines on, not beyond a blank line.

    The last line before a blank one looks beyond it only where figures follow at once: it may be a header.
    """
    count = len(lines)
    is_last = np.append(np.diff(lines) > 1, True)
    run_ends = np.flatnonzero(is_last)[np.searchsorted(np.flatnonzero(is_last), np.arange(count))] + 1
    has_figures = np.append(np.isin(codes[1:], TYPED).any(axis=1), False)
    limits = np.where(is_last & has_figures, count, run_ends)
    return np.minimum(np.minimum(np.arange(count) + 1 + WINDOW, count), limits)


def _following(column: Codes, ends: Lines) -> Codes:
    """The look that prevails among the next lines of a column; a typed look wins a tie against words."""
    counts = {}
    starts = np.arange(len(column)) + 1
    for look in (*TYPED, Look.WORDS):
        sums = np.concatenate(([0], np.cumsum(column == look)))
        counts[look] = sums[ends] - sums[np.minimum(starts, ends)]
    typed = np.stack([counts[look] for look in TYPED])
    best = typed.max(axis=0)
    chosen = np.array(TYPED, dtype=np.uint8)[typed.argmax(axis=0)]
    return np.where((best > 0) & (best >= counts[Look.WORDS]), chosen, np.uint8(Look.WORDS))
