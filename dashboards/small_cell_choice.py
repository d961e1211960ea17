"""Which cells fall with the small ones: the closure over sums that a reader can do, on plain arrays of numbers.

Belongs here: the rule that makes more cells hidden until no single sum or bridge gives one away. Does not belong here:
which sums a table has and how its frame is blanked (``small_cells.py``), which columns make up which (``sums.py``).
The rules and their limits are in docs/decisions/0012-small-cells-on-screen.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.int64]
Flags = NDArray[np.bool_]
Values = NDArray[np.float64]

_FEW = 2  # one unknown is a subtraction, two are not
_NONE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Equations:
    """Sums a reader can do: cell ``totals[i]`` is made of ``members[starts[i]:starts[i + 1]]``."""

    totals: Cells
    members: Cells
    starts: Cells


@dataclass(frozen=True)
class Bridge:
    """Rows whose stocks and movements add up to nothing: a line of ``stocks`` and one of ``moves`` for each row.

    Stocks other than 0 are never hidden for the sake of movements. A movement that is 0 can be hidden beside the only
    other one. ``ways`` has the direction of each movement: 1 in, -1 out.
    """

    stocks: Cells
    moves: Cells
    ways: Cells


def protect(
    values: Values,
    equations: Equations,
    small_cell: int,
    *,
    bridges: Sequence[Bridge] = (),
    already: Flags | None = None,
    none_without: Cells | None = None,
) -> Flags:
    """Which cells are hidden: 1 to below ``small_cell``, those ``already``, and as many more as it takes.

    In each equation with a hidden cell at least two are hidden, those hidden under a shown total sum to at least
    ``small_cell`` and are not all 1. What is added is the smallest cell left, the first where several are. In each row
    of a bridge with a hidden cell at least two are, and no noughts of one way alone. No hidden 0 stands above noughts
    that are all shown, or beside a shown 0 without which there is none: ``none_without`` has two columns of cells, of
    the second there is nobody where there is nobody of the first. Null stays, and so does 0 in a table without bridges.
    """
    hidden: Flags = (values > 0) & (values < small_cell)
    if already is not None:
        hidden |= already
    sums = _Sums(values, equations, small_cell) if equations.totals.size else None
    to_ask = np.arange(equations.totals.size)
    while True:
        fresh = sums.fresh(hidden, to_ask) if sums else _NONE
        if not fresh.size and bridges:
            fresh = _fresh_of_bridges(values, hidden, bridges, sums)
        if not fresh.size and bridges and sums:
            fresh = sums.added_up(hidden)
        if not fresh.size and none_without is not None:
            fresh = _fresh_beside(values, hidden, none_without)
        if not fresh.size:
            return hidden
        hidden[fresh] = True
        # What an equation needs follows from its own cells: the others would answer as before.
        to_ask = sums.of_cells(fresh) if sums else to_ask


class _Sums:
    """The equations of one table, with what does not change while cells are added."""

    def __init__(self, values: Values, equations: Equations, small_cell: int) -> None:
        self.of, self.small_cell = equations, small_cell
        self.counts = np.diff([*equations.starts, equations.members.size])
        every = np.arange(equations.totals.size)
        self.equation = np.repeat(every, self.counts)
        self.sizes = np.abs(values[equations.members])
        self.total_values = values[equations.totals]
        sums = np.add.reduceat(np.nan_to_num(values[equations.members]), equations.starts)
        self.is_exact = np.abs(sums - self.total_values) < 0.5
        self.place = np.arange(equations.members.size)
        self.cell_count = values.size
        cells = np.concatenate([equations.members, equations.totals])
        self.equations_by_cell = np.concatenate([self.equation, every])[np.argsort(cells, kind="stable")]
        self.uses = np.bincount(cells, minlength=values.size)
        self.first_use = np.cumsum(self.uses) - self.uses

    def of_cells(self, cells: Cells) -> Cells:
        """The equations that have one of the cells as a part or as their total."""
        return np.unique(self.equations_by_cell[_ranges(self.first_use[cells], self.uses[cells])])

    def fresh(self, hidden: Flags, equations: Cells) -> Cells:
        """The cells to hide next: one in each of the ``equations`` that gives a hidden cell away."""
        if not equations.size:
            return _NONE
        counts = self.counts[equations]
        place = _ranges(self.of.starts[equations], counts)
        starts = np.cumsum(counts) - counts
        members, sizes = self.of.members[place], self.sizes[place]
        totals, total_values = self.of.totals[equations], self.total_values[equations]
        among = hidden[members]
        count = np.add.reduceat(among.astype(np.int64), starts)
        positive = np.add.reduceat((among & (sizes > 0)).astype(np.int64), starts)
        amount = np.add.reduceat(np.where(among, sizes, 0.0), starts)
        total_hidden = hidden[totals]
        weak = (count > 0) & ((count < _FEW) | (amount < self.small_cell) | (amount <= positive))
        needy = np.where(total_hidden, count == 0, weak & ~np.isnan(total_values))
        left = np.where(among | (sizes == 0) | np.isnan(sizes), np.inf, sizes)
        least = np.minimum.reduceat(left, starts)
        found = needy & np.isfinite(least)
        candidates = np.repeat(found, counts) & (left == np.repeat(least, counts))
        first = np.minimum.reduceat(np.where(candidates, place, self.place.size), starts)
        # Nothing is left to hide below: the total itself goes, where it is what the parts add up to. A total of 0 goes
        # only where all that is hidden below it are zeros of bridges.
        can_go = self.is_exact[equations] & ((total_values != 0) | (amount == 0))
        return np.concatenate([self.of.members[first[found]], totals[needy & ~found & ~total_hidden & can_go]])

    def added_up(self, hidden: Flags) -> Cells:
        """A nought of each sum that gives a hidden 0 away, because all its noughts are shown."""
        is_shown = np.add.reduceat(hidden[self.of.members].astype(np.int64), self.of.starts) == 0
        is_told = hidden[self.of.totals] & is_shown & self.is_exact & (self.total_values == 0)
        noughts = is_told[self.equation] & (self.sizes == 0)
        first = np.minimum.reduceat(np.where(noughts, self.place, self.place.size), self.of.starts)
        return self.of.members[first[first < self.place.size]]

    def told_zeros(self, hidden: Flags) -> Flags:
        """The cells that a shown total of 0 says to be 0."""
        told = np.zeros(self.cell_count, dtype=np.bool_)
        is_nothing = (self.total_values == 0) & ~hidden[self.of.totals]
        told[self.of.members[is_nothing[self.equation]]] = True
        return told


def _fresh_beside(values: Values, hidden: Flags, none_without: Cells) -> Cells:
    """The shown noughts that say that a hidden cell is 0 too."""
    first, second = none_without.T
    found: Cells = first[~hidden[first] & hidden[second] & (values[first] == 0) & (values[second] == 0)]
    return found


def _ranges(starts: Cells, counts: Cells) -> Cells:
    """``starts[i]`` and the next ``counts[i] - 1`` numbers, for each i in turn."""
    begins = np.cumsum(counts) - counts
    return np.repeat(starts - begins, counts) + np.arange(counts.sum())


def _fresh_of_bridges(values: Values, hidden: Flags, bridges: Sequence[Bridge], sums: _Sums | None) -> Cells:
    """The movements to hide next where one cell of a row is hidden, or noughts of one way: the smallest other movement.

    Noughts of one way, as in a total of noughts: movements in alone that add up to nothing are known to be 0. Where all
    other movements are 0, all of them go: the first alone would tell which cell is not 0. Those that a shown total of 0
    gives away are hidden only when nothing else is left to do anywhere.
    """
    found, zeros = [_NONE], [_NONE]
    for bridge in bridges:
        cells = np.concatenate([bridge.stocks, bridge.moves], axis=1)
        is_known = ~np.isnan(values[cells]).any(axis=1)
        has_people = (hidden[cells] & (values[cells] != 0)).any(axis=1)
        is_told = ~has_people & _is_one_way(hidden[bridge.moves], bridge.ways)
        moves = bridge.moves[is_known & ((hidden[cells].sum(axis=1) == 1) | is_told)]
        sizes = np.where(hidden[moves] | (values[moves] == 0), np.inf, np.abs(values[moves]))
        has_other = np.isfinite(sizes).any(axis=1)
        found.append(moves[has_other, sizes[has_other].argmin(axis=1)])
        zeros.append(moves[~has_other][~hidden[moves[~has_other]]])
    zero = np.concatenate(zeros)
    untold = zero[~sums.told_zeros(hidden)[zero]] if sums else zero
    fresh = np.concatenate([*found, untold])
    return fresh if fresh.size else zero


def _is_one_way(hidden: Flags, ways: Cells) -> Flags:
    """The rows of which some movements are hidden, and all of these go in or all go out."""
    count = hidden.sum(axis=1)
    is_one_way: Flags = (count > 0) & (np.abs(np.where(hidden, ways, 0).sum(axis=1)) == count)
    return is_one_way
