"""Influence functions: how much each row moves a measure, for standard errors by linearisation.

Belongs here: one function a measure; the result is aligned with the rows of the distribution, and Σ w·u is 0 because
no measure depends on the scale of the weights. Does not belong here: variances (``errors``).

Source of the method: Deville (1999), Survey Methodology 25; as used for EU-SILC by Osier (2009), Survey Research
Methods 3, and for ratios of quantile shares by Langel and Tillé (2011), Journal of Statistical Planning and Inference.
"""

from __future__ import annotations

import math
import sys

import numpy as np

from pipelines.statistics.distribution import Distribution, Floats
from pipelines.statistics.inequality import atkinson, gini, quintile_ratio, theil_l, theil_t
from pipelines.statistics.poverty import fgt, gini_of_poor, poor_incomes
from pipelines.statistics.relative import at_risk_rate, threshold

SPAN = 8.0
SMALLEST = sys.float_info.min


def of_fgt(distribution: Distribution, line: float, alpha: float, *, include_line: bool = False) -> Floats:
    """(g(y) − FGT) / Σw, with g the weighted term of the index."""
    incomes, _ = poor_incomes(distribution, line, include_line=include_line)
    terms = np.zeros(distribution.size)
    terms[: len(incomes)] = 1.0 if alpha == 0 else np.maximum(1.0 - incomes / line, 0.0) ** alpha
    return (terms - fgt(distribution, line, alpha, include_line=include_line)) / distribution.total_weight


def of_watts(distribution: Distribution, line: float, *, include_line: bool = False) -> Floats:
    """(ln(z/y) of the poor with an income − Watts) / Σw."""
    incomes, _ = poor_incomes(distribution, line, include_line=include_line)
    first = int(np.searchsorted(incomes, 0.0, side="right"))
    terms = np.zeros(distribution.size)
    terms[first : len(incomes)] = np.log(line / incomes[first:])
    mean = float(np.dot(distribution.weights, terms)) / distribution.total_weight
    return (terms - mean) / distribution.total_weight


def of_income_gap_ratio(distribution: Distribution, line: float, *, include_line: bool = False) -> Floats:
    """Of the ratio FGT1 ÷ FGT0."""
    headcount = fgt(distribution, line, 0, include_line=include_line)
    ratio = fgt(distribution, line, 1, include_line=include_line) / headcount
    gap = of_fgt(distribution, line, 1, include_line=include_line)
    return (gap - ratio * of_fgt(distribution, line, 0, include_line=include_line)) / headcount


def of_sen(distribution: Distribution, line: float, *, include_line: bool = False) -> Floats:
    """Of FGT1 + (FGT0 − FGT1)·G_p."""
    inequality = gini_of_poor(distribution, line, include_line=include_line)
    headcount = fgt(distribution, line, 0, include_line=include_line)
    gap = fgt(distribution, line, 1, include_line=include_line)
    incomes, weights = poor_incomes(distribution, line, include_line=include_line)
    within = np.zeros(distribution.size)
    if inequality > 0:
        within[: len(incomes)] = of_gini(Distribution.of_sorted(incomes, weights))
    return (
        (1 - inequality) * of_fgt(distribution, line, 1, include_line=include_line)
        + inequality * of_fgt(distribution, line, 0, include_line=include_line)
        + (headcount - gap) * within
    )


def of_mean(distribution: Distribution) -> Floats:
    """(y − μ) / Σw."""
    return (distribution.incomes - distribution.mean) / distribution.total_weight


def of_gini(distribution: Distribution) -> Floats:
    """−2/(W·T)·[Sᵢ + yᵢ(W − Wᵢ) − A(T + W·yᵢ)], with sums up to the middle of row i, A = (1 − G)/2."""
    weight, income = distribution.total_weight, distribution.total_income
    held = distribution.weights * distribution.incomes
    sums = distribution.income_sums - held / 2
    ranks = distribution.weight_sums - distribution.weights / 2
    area = (1 - gini(distribution)) / 2
    moved = sums + distribution.incomes * (weight - ranks)
    return -2 * (moved - area * (income + weight * distribution.incomes)) / (weight * income)


def of_theil_t(distribution: Distribution) -> Floats:
    """Of Σ w·y·ln y / T − ln μ."""
    incomes = distribution.incomes
    income = distribution.total_income
    ratios = incomes / distribution.mean
    logs = np.log(ratios, out=np.zeros_like(ratios), where=ratios > 0)
    return (incomes * logs - theil_t(distribution) * incomes - incomes) / income + 1 / distribution.total_weight


def of_theil_l(distribution: Distribution) -> Floats:
    """Of ln μ − Σ w·ln y / Σw."""
    ratios = distribution.incomes / distribution.mean
    return (ratios - 1 - np.log(ratios) - theil_l(distribution)) / distribution.total_weight


def of_atkinson(distribution: Distribution, epsilon: float) -> Floats:
    """Of 1 − E/μ, with E the equally distributed equivalent income."""
    ratios = distribution.incomes / distribution.mean
    equivalent = 1 - atkinson(distribution, epsilon)
    if epsilon == 1:
        moved = np.log(ratios) - np.log(equivalent)
    else:
        moment = equivalent ** (1 - epsilon)
        moved = (ratios ** (1 - epsilon) - moment) / ((1 - epsilon) * moment)
    return np.asarray(equivalent * (ratios - 1 - moved) / distribution.total_weight)


def of_quintile_ratio(distribution: Distribution) -> Floats:
    """Of S80/S20 through the influence of partial sums, y·1[y≤Q] − Q(1[y≤Q] − α): no density is needed."""
    sums: list[Floats] = []
    lowest = 1.0
    for share in (0.2, 0.8):
        quantile = distribution.quantile(share)
        is_below = distribution.incomes <= quantile
        sums.append(np.where(is_below, distribution.incomes, 0.0) - quantile * (is_below - share))
        if share == 0.2:
            lowest = distribution.income_up_to(int(is_below.sum()))
    return np.asarray((distribution.incomes - sums[1] - quintile_ratio(distribution) * sums[0]) / lowest)


def of_quantile(distribution: Distribution, share: float) -> Floats:
    """−(1[y≤Q] − α) / (Σw·f(Q))."""
    quantile = distribution.quantile(share)
    density = density_at(distribution, quantile)
    is_below: Floats = (distribution.incomes <= quantile).astype(np.float64)
    return (share - is_below) / (distribution.total_weight * density)


def of_at_risk_rate(distribution: Distribution, share: float = 0.6) -> Floats:
    """(1[y<t] − R)/Σw + f(t)·share·(influence of the median): the threshold is an estimate too."""
    line = threshold(distribution, share)
    is_poor: Floats = (distribution.incomes < line).astype(np.float64)
    direct = (is_poor - at_risk_rate(distribution, share)) / distribution.total_weight
    return direct + density_at(distribution, line) * share * of_quantile(distribution, 0.5)


def of_median_gap(distribution: Distribution, share: float = 0.6) -> Floats:
    """Of 1 − m/t, with the median m of the poor and the threshold t."""
    line = threshold(distribution, share)
    median = distribution.part(0, distribution.rows_below(line)).quantile(0.5)
    is_below = distribution.incomes <= median
    below = float(np.dot(distribution.weights, is_below)) / distribution.total_weight
    moved = of_at_risk_rate(distribution, share) / 2 - (is_below - below) / distribution.total_weight
    of_median = moved / density_at(distribution, median)
    return -of_median / line + median * share * of_quantile(distribution, 0.5) / (line * line)


def density_at(distribution: Distribution, income: float) -> float:
    """Density of the incomes at one income, per unit of income: Gaussian kernel, bandwidth σ·N^(−1/5).

    σ is the weighted standard deviation, N the sum of the weights, or the rows where these are more: the rule of
    Osier (2009) that the EU-SILC programmes use.
    """
    count = max(distribution.total_weight, float(distribution.size))
    centred = distribution.incomes - distribution.mean
    spread = float(np.sqrt(np.dot(distribution.weights, centred * centred) / distribution.total_weight))
    width = max(spread * float(count**-0.2), SMALLEST)
    first, last = np.searchsorted(distribution.incomes, (income - SPAN * width, income + SPAN * width))
    steps = (distribution.incomes[first:last] - income) / width
    kernel = np.exp(-steps * steps / 2)
    heights = float(np.dot(distribution.weights[first:last], kernel)) / (width * math.sqrt(2 * math.pi))
    return max(heights / distribution.total_weight, SMALLEST)
