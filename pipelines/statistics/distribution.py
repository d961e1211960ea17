"""One distribution of incomes, sorted once; every measure reads it.

Belongs here: the sorted arrays with their cumulated sums, and cutting a contiguous part out of them. Does not belong
here: measures, cleaning (``cleaning``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

LINE_TOLERANCE = 1e-10
SHARE_TOLERANCE = 1e-12


class UndefinedError(ValueError):
    """A measure that has no value for these incomes, such as a Gini index of incomes that are all zero."""


@dataclass(frozen=True, eq=False)
class Distribution:
    """Incomes in ascending order with their weights (persons), and the running sums of both.

    ``order`` holds the input row of each sorted row (None when it was not kept: equal weights need no permutation).
    All arrays have one length, at least 1; incomes are finite, weights finite and above 0. Incomes are money per
    person (yuan a year, as a rule), weights are persons.
    """

    incomes: Floats
    weights: Floats
    weight_sums: Floats
    income_sums: Floats
    order: Integers | None = None

    @classmethod
    def of(cls, incomes: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, keep_order: bool = False) -> Self:
        """Sort incomes with their weights; without weights everybody counts 1.

        Raises ValueError for no incomes, lengths that differ, incomes that are not finite and weights that are not
        above 0: a distribution never drops anything, ``clean`` does and counts it.
        """
        values = np.asarray(incomes, dtype=np.float64)
        _check_incomes(values)
        order: Integers | None = None
        if weights is None:
            if keep_order:
                order = np.argsort(values)
                values = values[order]
            else:
                values = np.sort(values)
            sorted_weights = np.ones(len(values))
        else:
            given = np.asarray(weights, dtype=np.float64)
            _check_weights(given, len(values))
            order = np.argsort(values)
            values, sorted_weights = values[order], given[order]
        return cls.of_sorted(values, sorted_weights, order)

    @classmethod
    def of_sorted(cls, incomes: Floats, weights: Floats, order: Integers | None = None) -> Self:
        """A distribution of arrays that are in ascending order already; nothing is checked."""
        return cls(incomes, weights, np.cumsum(weights), np.cumsum(weights * incomes), order)

    @property
    def size(self) -> int:
        """Rows."""
        return len(self.incomes)

    @property
    def total_weight(self) -> float:
        """Persons: the sum of the weights."""
        return float(self.weight_sums[-1])

    @property
    def total_income(self) -> float:
        """Weighted sum of the incomes."""
        return float(self.income_sums[-1])

    @property
    def mean(self) -> float:
        """Weighted mean income."""
        return self.total_income / self.total_weight

    def rows_below(self, line: float, *, include_line: bool = False) -> int:
        """Rows with an income strictly below the line; ``include_line`` raises the line by 1e-10 first."""
        return int(np.searchsorted(self.incomes, _raised(line) if include_line else line, side="left"))

    def weight_up_to(self, row: int) -> float:
        """Persons in the first ``row`` rows."""
        return float(self.weight_sums[row - 1]) if row else 0.0

    def income_up_to(self, row: int) -> float:
        """Weighted income of the first ``row`` rows."""
        return float(self.income_sums[row - 1]) if row else 0.0

    def part(self, start: int, stop: int | None = None) -> Distribution:
        """The rows from ``start`` to ``stop`` as a distribution of their own; raises UndefinedError when there is none.

        The whole is returned as it is.
        """
        end = self.size if stop is None else stop
        if start == 0 and end == self.size:
            return self
        if start >= end:
            raise UndefinedError("there is no income in this part of the distribution")
        order = None if self.order is None else self.order[start:end]
        return Distribution.of_sorted(self.incomes[start:end], self.weights[start:end], order)

    def not_negative(self) -> Distribution:
        """The part with incomes of 0 and more."""
        return self.part(int(np.searchsorted(self.incomes, 0.0, side="left")))

    def positive(self) -> Distribution:
        """The part with incomes above 0."""
        return self.part(int(np.searchsorted(self.incomes, 0.0, side="right")))

    def mid_ranks(self) -> Floats:
        """Weighted rank of each row between 0 and 1, at the middle of its own weight; equal incomes share one rank."""
        ends = np.append(np.flatnonzero(np.diff(self.incomes)), self.size - 1)
        upper = self.weight_sums[ends]
        middle = (upper + np.concatenate(([0.0], upper[:-1]))) / 2
        return np.repeat(middle / self.total_weight, np.diff(ends, prepend=-1))

    def quantile(self, share: float) -> float:
        """The income that ``share`` of the persons do not exceed; the mean of two where the cumulated weight hits it.

        SAS PCTLDEF=5, definition 2 of Hyndman and Fan (1996), the weighted quantile of Eurostat's EU-SILC indicators.
        Raises ValueError unless 0 < share < 1.
        """
        if not 0 < share < 1:
            raise ValueError(f"a quantile needs a share between 0 and 1, not {share}")
        target, tolerance = share * self.total_weight, SHARE_TOLERANCE * self.total_weight
        row = min(int(np.searchsorted(self.weight_sums, target - tolerance, side="left")), self.size - 1)
        if row + 1 < self.size and abs(float(self.weight_sums[row]) - target) <= tolerance:
            return float((self.incomes[row] + self.incomes[row + 1]) / 2)
        return float(self.incomes[row])


def _raised(line: float) -> float:
    return max(line + LINE_TOLERANCE, float(np.nextafter(line, np.inf)))


def check_line(line: float) -> None:
    """Raise ValueError unless a poverty line is a finite number above 0."""
    if not (np.isfinite(line) and line > 0):
        raise ValueError(f"a poverty line must be a number above 0, not {line}")


def _check_incomes(incomes: Floats) -> None:
    if incomes.ndim != 1:
        raise ValueError("incomes must be one column of numbers")
    if not len(incomes):
        raise ValueError("there are no incomes")
    if not np.isfinite(incomes).all():
        bad = int((~np.isfinite(incomes)).sum())
        raise ValueError(f"{bad} of {len(incomes)} incomes are missing or not finite: clean them first")


def _check_weights(weights: Floats, count: int) -> None:
    if weights.shape != (count,):
        raise ValueError(f"{count} incomes need as many weights, not {weights.size}")
    bad = int(count - (np.isfinite(weights) & (weights > 0)).sum())
    if bad:
        raise ValueError(f"{bad} of {count} weights are missing, 0 or negative: clean them first")
