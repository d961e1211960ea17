"""The general quadratic Lorenz curve: values, validity, closed forms.

Belongs here: formulas of this family. Does not belong here: fitting it (``grouped``).

Source of the closed forms: Datt (1998), Computational tools for poverty measurement and analysis, IFPRI FCND discussion
paper 50.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.statistics.curves import gap, numeric_gini, numeric_headcount, numeric_severity
from pipelines.statistics.distribution import Floats

# POVCAL and wbpip take a quadratic curve that ends within a tenth of (1, 1).
END_TOLERANCE = 0.1
NEARLY_ZERO = 1e-9


@dataclass(frozen=True)
class Quadratic:
    """General quadratic: L(1−L) = a(p²−L) + bL(p−1) + c(p−L). Source: Villasenor and Arnold (1989), J. Econometrics 40.

    Valid when L(0)=0 (e < 0), L(1)=1 (a+c ≥ 1; POVCAL allows 0.9), L′(0) ≥ 0 (c ≥ 0) and L″ ≥ 0 (m ≤ 0, or
    0 < m < n²/4e² with n ≥ 0 or m < −n/2). Source of the conditions: Datt (1998), section 4.
    """

    a: float
    b: float
    c: float

    @property
    def name(self) -> str:
        """Name of the family."""
        return "quadratic"

    @property
    def parameters(self) -> Mapping[str, float]:
        """a, b, c."""
        return {"a": self.a, "b": self.b, "c": self.c}

    @cached_property
    def _emnr(self) -> tuple[float, float, float, float]:
        e = -(self.a + self.b + self.c + 1)
        m = self.b**2 - 4 * self.a
        n = 2 * self.b * e - 4 * self.c
        return e, m, n, n * n - 4 * m * e * e

    @property
    def conditions(self) -> Mapping[str, bool]:
        """The conditions of Datt (1998)."""
        e, m, n, discriminant = self._emnr
        limit = n * n / (4 * e * e) if e else math.inf
        is_convex = m <= 0 or (0 < m < limit and (n >= 0 or m < -n / 2))
        return {
            "starts_at_zero": e < 0,
            "ends_at_one": self.a + self.c >= 1 - 1e-9,
            "ends_near_one": self.a + self.c >= 1 - END_TOLERANCE,
            "rises": self.c >= 0,
            "is_convex": is_convex,
            "has_real_roots": discriminant >= 0,
        }

    @property
    def is_normal(self) -> bool:
        """True when all conditions but the one at (1, 1) hold."""
        return all(holds for name, holds in self.conditions.items() if not name.startswith("ends"))

    @property
    def is_valid(self) -> bool:
        """True when it is normal and ends near (1, 1)."""
        return self.is_normal and self.conditions["ends_near_one"]

    def _root(self, p: Floats) -> Floats:
        e, m, n, _ = self._emnr
        return np.sqrt(np.maximum(m * p * p + n * p + e * e, 0.0))

    def at(self, p: Floats) -> Floats:
        """L(p) = −½(bp + e + √(mp² + np + e²))."""
        return -0.5 * (self.b * p + self._emnr[0] + self._root(p))

    def slope(self, p: Floats) -> Floats:
        """L′(p) = −b/2 − (2mp + n)/(4√(mp² + np + e²))."""
        _, m, n, _ = self._emnr
        with np.errstate(divide="ignore"):
            return -self.b / 2 - (2 * m * p + n) / (4 * self._root(p))

    def curvature(self, p: Floats) -> Floats:
        """L″(p) = (n² − 4me²)/(8·root³)."""
        return self._emnr[3] / (8 * self._root(p) ** 3)

    def headcount(self, ratio: float) -> float:
        """H = −[n + r(b + 2z/μ)/√((b + 2z/μ)² − m)] / 2m; by halving where that does not exist."""
        _, m, n, discriminant = self._emnr
        tilt = self.b + 2 * ratio
        if abs(m) < NEARLY_ZERO or tilt * tilt <= m or discriminant < 0:
            return numeric_headcount(self, ratio)
        found = -(n + math.sqrt(discriminant) * tilt / math.sqrt(tilt * tilt - m)) / (2 * m)
        return min(max(found, 0.0), 1.0)

    def severity(self, headcount: float, ratio: float) -> float:
        """2·FGT1 − H − (μ/z)²[aH + bL(H) − (r/16)·ln((1 − H/s₁)/(1 − H/s₂))], s = (±r − n)/2m; else by quadrature."""
        _, m, n, discriminant = self._emnr
        if abs(m) < NEARLY_ZERO or discriminant <= 0:
            return numeric_severity(self, headcount, ratio)
        r = math.sqrt(discriminant)
        first, second = (r - n) / (2 * m), -(r + n) / (2 * m)
        if not first or not second or (inside := (1 - headcount / first) / (1 - headcount / second)) <= 0:
            return numeric_severity(self, headcount, ratio)
        held = float(self.at(np.array([headcount]))[0])
        bracket = self.a * headcount + self.b * held - r / 16 * math.log(inside)
        return 2 * gap(self, headcount, ratio) - headcount - bracket / ratio**2

    def gini(self) -> float:
        """Closed forms for m < 0 (arc sine) and m > 0 (logarithm); by quadrature near 0."""
        e, m, n, discriminant = self._emnr
        end = abs(self.a + self.c - 1)
        start = 1 + self.b / 2 + e
        if abs(m) < NEARLY_ZERO or discriminant <= 0:
            return numeric_gini(self)
        tail = (2 * m + n) / (4 * m) * end - n * abs(e) / (4 * m)
        if m > 0:
            root = math.sqrt(m)
            inside = abs((2 * m + n + 2 * root * end) / (n + 2 * root * abs(e)))
            return start + tail - discriminant / (8 * root**3) * math.log(inside)
        r = math.sqrt(discriminant)
        arcs = math.asin(min(max((2 * m + n) / r, -1.0), 1.0)) - math.asin(min(max(n / r, -1.0), 1.0))
        return start + tail + discriminant / (8 * m) * arcs / math.sqrt(-m)
