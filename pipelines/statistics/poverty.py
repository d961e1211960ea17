"""Poverty against a given line: headcount, gap, severity, Watts, Sen, income gap ratio.

Belongs here: measures of the incomes below a line. Does not belong here: lines that are themselves estimated
(``relative``), inequality among all (``inequality``).

Shared conventions: poor is who has *strictly* less than the line; the denominator is everybody's weight; a negative
income counts as 0 in gaps. Lines and incomes are in the same unit; all results are pure numbers.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.distribution import Distribution, Floats, UndefinedError, check_line
from pipelines.statistics.inequality import gini


def poor_incomes(distribution: Distribution, line: float, *, include_line: bool = False) -> tuple[Floats, Floats]:
    """Incomes (a negative one as 0) and weights of the poor, in ascending order."""
    check_line(line)
    poor = distribution.rows_below(line, include_line=include_line)
    incomes = distribution.incomes[:poor]
    if poor and incomes[0] < 0:
        incomes = np.maximum(incomes, 0.0)
    return incomes, distribution.weights[:poor]


def fgt(distribution: Distribution, line: float, alpha: float, *, include_line: bool = False) -> float:
    """Foster–Greer–Thorbecke index: Σ w·1[y<z]·(1−y/z)^α / Σ w.

    α = 0 is the share of poor persons, 1 the poverty gap, 2 the severity. Source: Foster, Greer and Thorbecke (1984),
    Econometrica 52; strictness as in wbpip. With ``include_line`` an income equal to the line is poor.
    """
    if alpha < 0:
        raise ValueError(f"alpha must be 0 or more, not {alpha}")
    incomes, weights = poor_incomes(distribution, line, include_line=include_line)
    if alpha == 0:
        return distribution.weight_up_to(len(incomes)) / distribution.total_weight
    gaps = np.maximum(1.0 - incomes / line, 0.0)
    if alpha == 1:
        return float(np.dot(weights, gaps)) / distribution.total_weight
    return float(np.dot(weights, gaps * gaps if alpha == 2 else gaps**alpha)) / distribution.total_weight


def watts(distribution: Distribution, line: float, *, include_line: bool = False) -> float:
    """Watts index: Σ over 0<y<z of w·ln(z/y) / Σ w.

    Incomes of 0 and less have no logarithm: they are left out of the numerator and stay in the denominator, as in
    wbpip. Source: Watts (1968).
    """
    incomes, weights = poor_incomes(distribution, line, include_line=include_line)
    first = int(np.searchsorted(incomes, 0.0, side="right"))
    return float(np.dot(weights[first:], np.log(line / incomes[first:]))) / distribution.total_weight


def income_gap_ratio(distribution: Distribution, line: float, *, include_line: bool = False) -> float:
    """Mean gap of the poor as a share of the line: FGT1 ÷ FGT0; raises UndefinedError when nobody is poor."""
    headcount = fgt(distribution, line, 0, include_line=include_line)
    if headcount == 0:
        raise UndefinedError("nobody is below the line")
    return fgt(distribution, line, 1, include_line=include_line) / headcount


def gini_of_poor(distribution: Distribution, line: float, *, include_line: bool = False) -> float:
    """Gini index among the poor, negative incomes as 0; 0 when nobody is poor or no poor has any income."""
    incomes, weights = poor_incomes(distribution, line, include_line=include_line)
    if not len(incomes) or incomes[-1] <= 0:
        return 0.0
    return gini(Distribution.of_sorted(incomes, weights))


def sen(distribution: Distribution, line: float, *, include_line: bool = False) -> float:
    """Sen index: H·(I + (1−I)·G_p), with headcount H, income gap ratio I and the Gini of the poor G_p.

    The form for large populations of Sen (1976), Econometrica 44, without his factor q/(q+1); 0 when nobody is poor.
    Equals FGT1 + (FGT0 − FGT1)·G_p.
    """
    headcount = fgt(distribution, line, 0, include_line=include_line)
    gap = fgt(distribution, line, 1, include_line=include_line)
    return gap + (headcount - gap) * gini_of_poor(distribution, line, include_line=include_line)
