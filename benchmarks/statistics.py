"""How long all measures take on many incomes, as a multiple of one sort of the same data.

``python -m benchmarks.statistics [ROWS]`` prints the ratios. The reference (1) is what any weighted distribution
needs before its first measure: sorting the incomes and gathering incomes and weights in that order; ``np.sort`` of the
incomes alone stands beside it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from pipelines.statistics import Distribution, inequality, measures, relative
from pipelines.statistics.errors import linearised_error

ROWS = 10_000_000
LINE = 4000.0
REPEATS = 4
SORT = "sort and gather of incomes and weights"


def seconds_of(actions: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Shortest run of each; the runs take turns, so that a busy machine is unfair to none of them."""
    best = dict.fromkeys(actions, float("inf"))
    for _ in range(REPEATS):
        for name, action in actions.items():
            started = time.perf_counter()
            action()
            best[name] = min(best[name], time.perf_counter() - started)
    return best


def every_measure(distribution: Distribution) -> list[float]:
    """All measures that the command prints, and the decile shares."""
    asked = [
        *measures.location_measures(),
        *measures.poverty_measures(LINE),
        *measures.inequality_measures(),
        *measures.relative_measures(relative.SHARES_OF_MEDIAN),
    ]
    return [each.of(distribution) for each in asked] + inequality.income_shares(distribution).tolist()


def every_error(distribution: Distribution) -> list[float]:
    """The linearised standard errors of all of them."""
    asked = [
        *measures.location_measures(),
        *measures.poverty_measures(LINE),
        *measures.inequality_measures(),
        *measures.relative_measures(relative.SHARES_OF_MEDIAN),
    ]
    return [linearised_error(each.influence(distribution), distribution.weights) for each in asked]


def main(rows: int = ROWS) -> None:
    generator = np.random.default_rng(7)
    incomes = generator.lognormal(8.7, 0.7, rows)
    weights = generator.integers(1, 7, rows).astype(np.float64)

    def sort_and_gather() -> object:
        order = np.argsort(incomes)
        return incomes[order], weights[order]

    distribution = Distribution.of(incomes, weights)
    taken = seconds_of(
        {
            "np.sort of the incomes alone": lambda: np.sort(incomes),
            SORT: sort_and_gather,
            "weighted: sort and all measures": lambda: every_measure(Distribution.of(incomes, weights)),
            "all measures after the sort": lambda: every_measure(distribution),
            "unweighted: sort and all measures": lambda: every_measure(Distribution.of(incomes)),
            "all linearised standard errors": lambda: every_error(distribution),
        }
    )
    print(f"{rows:,} incomes, {len(every_measure(distribution))} figures, best of {REPEATS}")
    for name, seconds in taken.items():
        print(f"{name:40} {seconds:7.2f} s  = {seconds / taken[SORT]:5.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
