"""Inequality among all persons: Gini, Theil, mean log deviation, Atkinson, Lorenz curve, shares.

Belongs here: measures without a poverty line. Does not belong here: decompositions (``decomposition``), thresholds
relative to the median (``relative``).

Shared conventions: incomes are 0 or more (``Distribution.not_negative``), else ValueError; measures with a logarithm
or a negative power of income need incomes above 0 (``Distribution.positive``). All results are pure numbers; equal
incomes give 0.
"""

from __future__ import annotations

import numpy as np

from pipelines.statistics.distribution import SHARE_TOLERANCE, Distribution, Floats, UndefinedError


def _need_income(distribution: Distribution) -> None:
    if distribution.incomes[0] < 0:
        raise ValueError("negative incomes have no place in this measure: leave them out and count them")
    if distribution.total_income <= 0:
        raise UndefinedError("all incomes are zero")


def _need_positive(distribution: Distribution) -> None:
    if distribution.incomes[0] <= 0:
        raise ValueError("this measure needs incomes above 0: leave the others out and count them")


def gini(distribution: Distribution) -> float:
    """Gini index: 1 − 2·Σ wᵢ(Σ_{j<i} wⱼyⱼ + wᵢyᵢ/2) / (Σw·Σwy), between 0 and 1.

    Source: Gini (1914) in the weighted form of wbpip (``fgini``); no correction for small samples.
    """
    _need_income(distribution)
    area = np.dot(distribution.weights, distribution.income_sums)
    area -= np.dot(distribution.weights * distribution.weights, distribution.incomes) / 2
    value = 1.0 - 2.0 * float(area) / (distribution.total_weight * distribution.total_income)
    # Equal incomes leave a rounding error of either sign.
    return 0.0 if distribution.incomes[0] == distribution.incomes[-1] else max(value, 0.0)


def theil_t(distribution: Distribution) -> float:
    """Theil T, generalised entropy GE(1): Σ w·(y/μ)·ln(y/μ) / Σw, between 0 and ln n; a zero income adds nothing.

    Source: Theil (1967).
    """
    _need_income(distribution)
    held = distribution.positive()
    mean = distribution.mean
    ratios = held.incomes / mean
    return _not_negative(float(np.dot(held.weights, ratios * np.log(ratios))) / distribution.total_weight)


def theil_l(distribution: Distribution) -> float:
    """Theil L, the mean log deviation, GE(0): Σ w·ln(μ/y) / Σw, 0 or more; needs incomes above 0.

    Source: Theil (1967).
    """
    _need_positive(distribution)
    logs = np.log(distribution.incomes)
    return _not_negative(
        float(np.log(distribution.mean)) - float(np.dot(distribution.weights, logs)) / distribution.total_weight
    )


def atkinson(distribution: Distribution, epsilon: float) -> float:
    """Atkinson index: 1 − (Σ w·y^(1−ε)/Σw)^(1/(1−ε)) / μ, for ε = 1 one minus geometric mean ÷ μ; between 0 and 1.

    ε above 0 is the aversion to inequality; from 1 on incomes must be above 0. Source: Atkinson (1970), Journal of
    Economic Theory 2.
    """
    if epsilon <= 0:
        raise ValueError(f"epsilon must be above 0, not {epsilon}")
    if epsilon < 1:
        _need_income(distribution)
    else:
        _need_positive(distribution)
    if epsilon == 1:
        return -float(np.expm1(-theil_l(distribution)))
    mean = distribution.mean
    moment = float(np.dot(distribution.weights, _power(distribution.incomes / mean, 1 - epsilon)))
    return _not_negative(1.0 - float((moment / distribution.total_weight) ** (1 / (1 - epsilon))))


def _power(values: Floats, exponent: float) -> Floats:
    """A power; the usual exponents without the cost of the general one."""
    if exponent == 0.5:
        return np.sqrt(values)
    if exponent == -1:
        return 1.0 / values
    return np.asarray(values**exponent)


def _not_negative(value: float) -> float:
    return max(value, 0.0)


def lorenz(distribution: Distribution, shares: Floats | list[float]) -> Floats:
    """Share of all income that the poorest ``shares`` of persons have: the empirical Lorenz curve, linear in between.

    ``shares`` are between 0 and 1; L(0) = 0, L(1) = 1. Source: Lorenz (1905).
    """
    _need_income(distribution)
    points = np.asarray(shares, dtype=np.float64)
    if ((points < 0) | (points > 1)).any():
        raise ValueError("shares of the population lie between 0 and 1")
    target = points * distribution.total_weight
    rows = np.minimum(np.searchsorted(distribution.weight_sums, target, side="left"), distribution.size - 1)
    below = np.where(rows > 0, distribution.weight_sums[rows - 1], 0.0)
    held = np.where(rows > 0, distribution.income_sums[rows - 1], 0.0)
    curve = (held + (target - below) * distribution.incomes[rows]) / distribution.total_income
    return np.where(points == 1, 1.0, curve)


def income_shares(distribution: Distribution, parts: int = 10) -> Floats:
    """Shares of income of equal parts of the persons, poorest first (10: deciles); they add up to 1."""
    return np.diff(lorenz(distribution, np.arange(parts + 1) / parts))


def quintile_ratio(distribution: Distribution) -> float:
    """S80/S20: income of the persons above the 80 % quantile ÷ income of those not above the 20 % quantile.

    Source: Eurostat's EU-SILC income quintile share ratio; quantiles as in ``Distribution.quantile``.
    """
    _need_income(distribution)
    bottom = int(np.searchsorted(distribution.incomes, distribution.quantile(0.2), side="right"))
    top = int(np.searchsorted(distribution.incomes, distribution.quantile(0.8), side="right"))
    lowest = distribution.income_up_to(bottom)
    if lowest <= SHARE_TOLERANCE * distribution.total_income:
        raise UndefinedError("the poorest fifth has no income")
    return (distribution.total_income - distribution.income_up_to(top)) / lowest
