"""The beta Lorenz curve: values, validity, closed forms.

Belongs here: formulas of this family and the incomplete beta function. Does not belong here: fitting it (``grouped``).

Source of the closed forms: Datt (1998), Computational tools for poverty measurement and analysis, IFPRI FCND discussion
paper 50.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.statistics.curves import gap, numeric_headcount, numeric_severity
from pipelines.statistics.distribution import Floats

GRID = np.arange(1, 1000) / 1000
LONGEST_SERIES = 1_000_000


@dataclass(frozen=True)
class Beta:
    """Beta: L(p) = p − θ·p^γ·(1−p)^δ. Source: Kakwani (1980), Econometrica 48.

    L(0)=0 and L(1)=1 hold by form when θ, γ, δ > 0; L′ ≥ 0 and L″ ≥ 0 are checked at the shares 0.001 … 0.999.
    """

    theta: float
    gamma: float
    delta: float

    @property
    def name(self) -> str:
        """Name of the family."""
        return "beta"

    @property
    def parameters(self) -> Mapping[str, float]:
        """θ, γ, δ."""
        return {"theta": self.theta, "gamma": self.gamma, "delta": self.delta}

    @property
    def conditions(self) -> Mapping[str, bool]:
        """The conditions of a Lorenz curve, on a grid."""
        has_form = self.theta > 0 and self.gamma > 0 and self.delta > 0
        return {
            "starts_at_zero": has_form,
            "ends_at_one": has_form,
            "rises": bool((self.slope(GRID) >= 0).all()),
            "is_convex": bool((self.curvature(GRID) >= 0).all()),
        }

    @property
    def is_normal(self) -> bool:
        """True when the parameters have the form of the family."""
        return self.conditions["starts_at_zero"]

    @property
    def is_valid(self) -> bool:
        """True when all conditions hold."""
        return all(self.conditions.values())

    def _bend(self, p: Floats) -> Floats:
        return np.asarray(self.theta * p**self.gamma * (1 - p) ** self.delta)

    def at(self, p: Floats) -> Floats:
        """L(p)."""
        return p - self._bend(p)

    def slope(self, p: Floats) -> Floats:
        """L′(p) = 1 − θp^γ(1−p)^δ·(γ/p − δ/(1−p))."""
        return 1 - self._bend(p) * (self.gamma / p - self.delta / (1 - p))

    def curvature(self, p: Floats) -> Floats:
        """L″(p) = θp^γ(1−p)^δ·(γ(1−γ)/p² + 2γδ/(p(1−p)) + δ(1−δ)/(1−p)²)."""
        g, d, q = self.gamma, self.delta, 1 - p
        return self._bend(p) * (g * (1 - g) / p**2 + 2 * g * d / (p * q) + d * (1 - d) / q**2)

    def headcount(self, ratio: float) -> float:
        """H by halving: L′ has no inverse in closed form."""
        return numeric_headcount(self, ratio)

    def severity(self, headcount: float, ratio: float) -> float:
        """(1−μ/z)[2·FGT1 − (1−μ/z)H] + (θμ/z)²[γ²B(2γ−1, 2δ+1) − 2γδB(2γ, 2δ) + δ²B(2γ+1, 2δ−1)], B up to H.

        Without bound for γ ≤ ½, where the curve has ever larger negative incomes: infinity.
        """
        if headcount <= 0:
            return 0.0
        if 2 * self.gamma <= 1:
            return math.inf
        if headcount > 0.999:
            return numeric_severity(self, headcount, ratio)
        g, d, mean = self.gamma, self.delta, 1 / ratio
        squares = (
            g * g * incomplete_beta(headcount, 2 * g - 1, 2 * d + 1)
            - 2 * g * d * incomplete_beta(headcount, 2 * g, 2 * d)
            + d * d * incomplete_beta(headcount, 2 * g + 1, 2 * d - 1)
        )
        straight = (1 - mean) * (2 * gap(self, headcount, ratio) - (1 - mean) * headcount)
        return straight + (self.theta * mean) ** 2 * squares

    def gini(self) -> float:
        """2θ·B(1+γ, 1+δ)."""
        first, second = 1 + self.gamma, 1 + self.delta
        return 2 * self.theta * math.exp(math.lgamma(first) + math.lgamma(second) - math.lgamma(first + second))


def incomplete_beta(x: float, a: float, b: float) -> float:
    """∫₀ˣ t^(a−1)(1−t)^(b−1) dt for a > 0 and 0 ≤ x < 1, any b: the series in x, which converges like xⁿ.

    Source: Abramowitz and Stegun (1964), 26.5.4.
    """
    if not (a > 0 and 0 <= x < 1):
        raise ValueError("the series needs a > 0 and 0 ≤ x < 1")
    if x == 0:
        return 0.0
    length = min(int(-40 / math.log(x)) + 50, LONGEST_SERIES)
    n = np.arange(1, length)
    terms = np.concatenate(([1.0], np.cumprod((n - b) / n * x)))
    return float(x**a * np.dot(terms, 1 / (a + np.arange(length))))
