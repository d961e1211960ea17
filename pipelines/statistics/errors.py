"""Standard errors: from influence functions, and by drawing rows or clusters again.

Belongs here: variances of any measure. Does not belong here: the measures and their influence functions.

Both speak of a sample drawn with replacement in one stage, without strata; with clusters the clusters are what was
drawn. A complete register has no sampling error: there they only describe how much the figure hangs on few rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipelines.statistics.distribution import Distribution, Floats, Integers, UndefinedError


@dataclass(frozen=True)
class Bootstrap:
    """A drawn standard error: ``used`` of ``replicates`` draws had a value; percentiles 2.5 and 97.5 beside it."""

    standard_error: float
    low: float
    high: float
    replicates: int
    used: int
    seed: int


def linearised_error(
    influence: Floats, weights: Floats, *, clusters: Integers | None = None, count: int | None = None
) -> float:
    """Square root of n/(n−1)·Σ(e − ē)², e = w·u of a row or summed over a cluster; in the unit of the measure.

    ``clusters`` are codes from 0; ``count`` is the number of rows (or clusters) drawn when the measure speaks of part
    of them only: the others add e = 0. Raises UndefinedError for a single row or cluster. Source: the with-replacement
    estimator of the ultimate cluster, Wolter (2007), Introduction to Variance Estimation.
    """
    terms: Floats = influence * weights
    if clusters is not None:
        terms = np.bincount(clusters, weights=terms, minlength=count or 0).astype(np.float64)
    drawn = max(count or 0, len(terms))
    if drawn < 2:
        raise UndefinedError("one row alone has no standard error")
    total = float(terms.sum())
    spread = float(np.dot(terms, terms)) - total * total / drawn
    return float(np.sqrt(max(spread, 0.0) * drawn / (drawn - 1)))


def bootstrap(
    distribution: Distribution,
    measure: Callable[[Distribution], float],
    *,
    replicates: int = 500,
    seed: int = 1,
    clusters: Integers | None = None,
) -> Bootstrap:
    """Standard deviation of the measure over samples drawn again with replacement, in the unit of the measure.

    Rows (or clusters: codes from 0 of the *input* rows) are drawn as often as there are; a draw only changes weights,
    so nothing is sorted again. Draws in which the measure is undefined are left out and counted. The same seed gives
    the same draws whatever the order in which equal incomes were sorted. Raises ValueError for fewer than 2 replicates,
    UndefinedError when fewer than 2 draws have a value. Source: Efron and Tibshirani (1993).
    """
    if replicates < 2:
        raise ValueError(f"a bootstrap needs 2 replicates or more, not {replicates}")
    rows = np.arange(distribution.size) if distribution.order is None else distribution.order
    units = rows if clusters is None else clusters[rows]
    drawn = distribution.size if clusters is None else int(clusters.max()) + 1
    generator = np.random.default_rng(seed)
    values = []
    for _ in range(replicates):
        times = np.bincount(generator.integers(0, drawn, drawn), minlength=drawn)[units]
        is_drawn = times > 0
        again = Distribution.of_sorted(distribution.incomes[is_drawn], distribution.weights[is_drawn] * times[is_drawn])
        try:
            values.append(measure(again))
        except UndefinedError:
            continue
    if len(values) < 2:
        raise UndefinedError("hardly any draw has a value")
    low, high = np.quantile(values, (0.025, 0.975))
    spread = float(np.std(values, ddof=1))
    return Bootstrap(spread, float(low), float(high), replicates, len(values), seed)
