"""Grouped data, as yearbooks print them: bands of persons with their mean or their share of income.

Belongs here: bands to points of a Lorenz curve, fitting the two families, choosing one, the figures that follow. Does
not belong here: the curves (``quadratic``, ``beta``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from pipelines.statistics.beta import Beta
from pipelines.statistics.curves import Curve, gap, numeric_theil_l, numeric_watts
from pipelines.statistics.distribution import Floats, UndefinedError, check_line
from pipelines.statistics.quadratic import Quadratic

FEWEST_BANDS = 4


@dataclass(frozen=True, eq=False)
class Bands:
    """Points of a Lorenz curve, poorest band first, the last one (1, 1); the mean is None when nobody states it."""

    persons: Floats
    incomes: Floats
    mean: float | None

    @classmethod
    def of_means(cls, persons: npt.ArrayLike, means: npt.ArrayLike, *, mean: float | None = None) -> Self:
        """Bands with the number or share of persons and the mean income of each; ``mean`` replaces their own mean."""
        counts, values = _checked(persons, means)
        total = float(np.dot(counts, values))
        return cls._of(counts, counts * values, mean or total / float(counts.sum()))

    @classmethod
    def of_shares(cls, persons: npt.ArrayLike, income_shares: npt.ArrayLike, *, mean: float | None = None) -> Self:
        """Bands with the number or share of persons and the amount or share of all income of each."""
        counts, amounts = _checked(persons, income_shares)
        return cls._of(counts, amounts, mean)

    @classmethod
    def _of(cls, counts: Floats, amounts: Floats, mean: float | None) -> Self:
        if len(counts) < FEWEST_BANDS:
            raise ValueError(f"{len(counts)} bands are too few: a curve with three parameters needs {FEWEST_BANDS}")
        if mean is not None and not mean > 0:
            raise ValueError("the mean income must be above 0")
        order = np.argsort(amounts / counts, kind="stable")
        persons, incomes = np.cumsum(counts[order]), np.cumsum(amounts[order])
        return cls(persons / persons[-1], incomes / incomes[-1], mean)


def _checked(persons: npt.ArrayLike, amounts: npt.ArrayLike) -> tuple[Floats, Floats]:
    counts, values = np.asarray(persons, dtype=np.float64), np.asarray(amounts, dtype=np.float64)
    if counts.ndim != 1 or counts.shape != values.shape:
        raise ValueError(f"{counts.size} bands need as many incomes, not {values.size}")
    if not (np.isfinite(counts).all() and (counts > 0).all()):
        raise ValueError("every band needs a number of persons above 0")
    if not (np.isfinite(values).all() and (values >= 0).all() and values.sum() > 0):
        raise ValueError("every band needs an income of 0 or more, and one of them more than 0")
    return counts, values


@dataclass(frozen=True)
class Fit:
    """A fitted curve with its figures at one line; None where the curve has no such figure or no line was given.

    ``squares`` is the sum of squared errors at all points, ``squares_to_line`` at the points up to the headcount.
    """

    curve: Curve
    squares: float
    squares_to_line: float
    gini: float
    theil_l: float | None
    median: float | None
    deciles: Floats
    headcount: float | None = None
    gap: float | None = None
    severity: float | None = None
    watts: float | None = None


@dataclass(frozen=True)
class Choice:
    """Both fits, the one for poverty (None: neither curve can be used), and the one for inequality (None: likewise)."""

    quadratic: Fit | None
    beta: Fit | None
    for_poverty: Fit | None
    for_inequality: Fit | None


def fit_quadratic(bands: Bands) -> Quadratic:
    """Least squares of L(1−L) on p²−L, L(p−1) and p−L without the last point. Source: Villasenor and Arnold (1989)."""
    p, held = bands.persons[:-1], bands.incomes[:-1]
    terms = np.column_stack((p * p - held, held * (p - 1), p - held))
    a, b, c = np.linalg.lstsq(terms, held * (1 - held), rcond=None)[0]
    return Quadratic(float(a), float(b), float(c))


def fit_beta(bands: Bands) -> Beta:
    """Least squares of ln(p−L) on ln p and ln(1−p) without the last point. Source: Kakwani (1980).

    Raises UndefinedError where a point lies on the diagonal.
    """
    p, held = bands.persons[:-1], bands.incomes[:-1]
    if (p - held <= 0).any():
        raise UndefinedError("a point lies on the line of equality: the beta curve has no logarithm there")
    terms = np.column_stack((np.ones_like(p), np.log(p), np.log(1 - p)))
    constant, gamma, delta = np.linalg.lstsq(terms, np.log(p - held), rcond=None)[0]
    return Beta(float(np.exp(constant)), float(gamma), float(delta))


def figures_of(curve: Curve, bands: Bands, line: float | None = None) -> Fit:
    """The figures of one curve; with a line the mean must be known. Raises ValueError for a line of 0 or less."""
    squares = (bands.incomes - curve.at(bands.persons)) ** 2
    mean = bands.mean
    deciles = np.diff(np.concatenate(([0.0], curve.at(np.arange(1, 10) / 10), [1.0])))
    shared = (float(squares.sum()), curve.gini(), numeric_theil_l(curve))
    median = None if mean is None else mean * float(curve.slope(np.array([0.5]))[0])
    if line is None:
        return Fit(curve, shared[0], shared[0], shared[1], shared[2], median, deciles)
    check_line(line)
    if mean is None:
        raise ValueError("poverty needs the mean income beside the shares")
    ratio = line / mean
    headcount = curve.headcount(ratio)
    return Fit(
        curve,
        shared[0],
        float(squares[bands.persons <= headcount].sum()),
        shared[1],
        shared[2],
        median,
        deciles,
        headcount,
        max(gap(curve, headcount, ratio), 0.0) if headcount > 0 else 0.0,
        curve.severity(headcount, ratio) if headcount > 0 else 0.0,
        numeric_watts(curve, headcount, ratio),
    )


def estimate(bands: Bands, line: float | None = None) -> Choice:
    """Fit both curves and choose as POVCAL and wbpip do.

    Poverty: a curve that is valid and normal before one that is not; of two alike the smaller sum of squares up to the
    headcount; without a valid one a normal one. Inequality: a valid curve, of two the smaller sum of all squares.
    Raises UndefinedError when all bands have the same mean.
    """
    if np.allclose(bands.persons, bands.incomes, rtol=0, atol=1e-12):
        raise UndefinedError("all bands have the same mean income: there is no inequality to fit")
    quadratic = figures_of(fit_quadratic(bands), bands, line)
    try:
        beta = figures_of(fit_beta(bands), bands, line)
    except UndefinedError:
        beta = None
    fits = [fit for fit in (quadratic, beta) if fit is not None]
    usable = [fit for fit in fits if fit.curve.is_valid and fit.curve.is_normal]
    usable = usable or [fit for fit in fits if fit.curve.is_normal]
    valid = [fit for fit in fits if fit.curve.is_valid]
    return Choice(
        quadratic,
        beta,
        min(usable, key=lambda fit: fit.squares_to_line, default=None),
        min(valid, key=lambda fit: fit.squares, default=None),
    )
