"""Which rows a statistic may use, under one of two stated conventions, and how many it may not.

Belongs here: dropping rows with a count of each reason. Does not belong here: parsing cells (``intake``).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pipelines.statistics.distribution import Distribution, Floats


class Convention(StrEnum):
    """How negative incomes are treated.

    ``register``: loss-making households stay in the headcount and in every denominator of a poverty measure, count as
    0 in gap, severity and Sen, and are left out of shares, Gini, Theil and Atkinson. ``wbpip``: they are dropped from
    everything, as the World Bank's package wbpip cleans microdata. Zeros are kept by both.
    """

    REGISTER = "register"
    WBPIP = "wbpip"


@dataclass(frozen=True)
class Counts:
    """Rows by what became of them: ``rows`` = used + missing + no_weight + negative_dropped.

    ``negative`` and ``zero`` are rows among the used ones.
    """

    rows: int
    used: int
    missing: int
    no_weight: int
    negative_dropped: int
    negative: int
    zero: int

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class Sample:
    """The rows that are used: the sorted distribution, the input rows kept (a mask), the counts, the convention."""

    distribution: Distribution
    kept: npt.NDArray[np.bool_]
    counts: Counts
    convention: Convention

    def in_order(self, values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        """Values of the input rows, as the distribution has its rows."""
        if self.distribution.order is None:
            raise ValueError("this distribution does not know its input rows")
        return values[self.kept][self.distribution.order]


def clean(
    incomes: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    convention: Convention = Convention.REGISTER,
) -> Sample:
    """Drop what the convention drops, count it, sort the rest.

    A missing income or weight is NaN. Raises ValueError when no row is left.
    """
    values = np.asarray(incomes, dtype=np.float64)
    persons: Floats = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=np.float64)
    if persons.shape != values.shape:
        raise ValueError(f"{values.size} incomes need as many weights, not {persons.size}")
    is_missing = ~np.isfinite(values) | ~np.isfinite(persons)
    has_no_weight = ~is_missing & (persons <= 0)
    is_usable = ~is_missing & ~has_no_weight
    is_negative = is_usable & (values < 0)
    kept = is_usable & ~is_negative if convention is Convention.WBPIP else is_usable
    counts = Counts(
        rows=len(values),
        used=int(kept.sum()),
        missing=int(is_missing.sum()),
        no_weight=int(has_no_weight.sum()),
        negative_dropped=int((is_negative & ~kept).sum()),
        negative=int((is_negative & kept).sum()),
        zero=int((kept & (values == 0)).sum()),
    )
    if not counts.used:
        raise ValueError(f"no row is left of {counts.rows}: each lacks an income or a weight above 0, or is negative")
    distribution = Distribution.of(values[kept], persons[kept], keep_order=True)
    return Sample(distribution, kept, counts, convention)
