"""What a Lorenz curve with parameters must offer, and the figures that any of them gives by quadrature.

Belongs here: the protocol and the numeric forms. Does not belong here: the families (``quadratic``, ``beta``), fitting
and choosing (``grouped``).

``p`` is a share of persons from the poorest, L(p) their share of income. Lines come as ratios z/μ. Source of the closed
forms: Datt (1998), Computational tools for poverty measurement and analysis, IFPRI FCND discussion paper 50.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from pipelines.statistics.distribution import Floats

NODES, NODE_WEIGHTS = np.polynomial.legendre.leggauss(400)
MOST_WITHOUT_INCOME = 0.05


class Curve(Protocol):
    """What the two curves share; ``conditions`` are the conditions of a Lorenz curve by name."""

    @property
    def name(self) -> str:
        """``quadratic`` or ``beta``."""

    @property
    def parameters(self) -> Mapping[str, float]:
        """Parameters by the letters of the literature."""

    @property
    def conditions(self) -> Mapping[str, bool]:
        """Which conditions hold."""

    @property
    def is_valid(self) -> bool:
        """True when the curve may be used, as POVCAL decides it."""

    @property
    def is_normal(self) -> bool:
        """True when the closed forms exist."""

    def at(self, p: Floats) -> Floats:
        """L(p)."""

    def slope(self, p: Floats) -> Floats:
        """L′(p), which is the quantile at p ÷ mean."""

    def headcount(self, ratio: float) -> float:
        """The share of persons below z/μ."""

    def severity(self, headcount: float, ratio: float) -> float:
        """FGT2."""

    def gini(self) -> float:
        """1 − 2·∫L."""


def gap(curve: Curve, headcount: float, ratio: float) -> float:
    """FGT1 = H − L(H)·μ/z."""
    return headcount - float(curve.at(np.array([headcount]))[0]) / ratio


def integral(values_at: Floats, upper: float, steps: Floats) -> float:
    """Sum of values at the nodes of ``nodes(upper)``."""
    return float(np.dot(values_at, steps)) * upper


def nodes(upper: float) -> tuple[Floats, Floats]:
    """Points in (0, upper) and their weights: Gauss–Legendre in t, p = upper·t²(3 − 2t), dense at both ends."""
    t = (NODES + 1) / 2
    return upper * t * t * (3 - 2 * t), NODE_WEIGHTS / 2 * 6 * t * (1 - t)


def numeric_headcount(curve: Curve, ratio: float) -> float:
    """H with L′(H) = z/μ by halving; 0 or 1 when the line is below or above all incomes of the curve."""
    low, high = 1e-12, 1 - 1e-12
    if float(curve.slope(np.array([low]))[0]) >= ratio:
        return 0.0
    if float(curve.slope(np.array([high]))[0]) <= ratio:
        return 1.0
    while high - low > 1e-14:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if float(curve.slope(np.array([middle]))[0]) < ratio else (low, middle)
    return (low + high) / 2


def numeric_severity(curve: Curve, headcount: float, ratio: float) -> float:
    """FGT2 = ∫₀ᴴ (1 − L′(p)·μ/z)² dp."""
    points, steps = nodes(headcount)
    return integral((1 - curve.slope(points) / ratio) ** 2, headcount, steps)


def numeric_watts(curve: Curve, headcount: float, ratio: float) -> float | None:
    """Watts = ∫₀ᴴ ln(z/(μ·L′(p))) dp; where the curve has incomes of 0 and less it adds nothing, as with microdata.

    None when more than a twentieth of the poor have such incomes.
    """
    if headcount <= 0:
        return 0.0
    return _integral_of_log(curve, headcount, ratio)


def numeric_theil_l(curve: Curve) -> float | None:
    """Mean log deviation −∫ ln L′(p) dp over the incomes above 0; None when more than a twentieth are not."""
    return _integral_of_log(curve, 1.0, 1.0)


def _integral_of_log(curve: Curve, upper: float, ratio: float) -> float | None:
    points, steps = nodes(upper)
    slopes = curve.slope(points)
    is_positive = slopes > 0
    if float(np.dot(is_positive, steps)) < 1 - MOST_WITHOUT_INCOME:
        return None
    logs = np.log(ratio / slopes, out=np.zeros_like(slopes), where=is_positive)
    return integral(logs, upper, steps)


def numeric_gini(curve: Curve) -> float:
    """1 − 2·∫₀¹ L(p) dp."""
    points, steps = nodes(1.0)
    return 1 - 2 * integral(curve.at(points), 1.0, steps)
