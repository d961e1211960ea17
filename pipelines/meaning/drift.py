"""Slow drift: months that each look like the last and together do not (F45).

Belongs here: robust trends over the periods of a year. Does not belong here: jumps from one period to the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from statistics import median

from pipelines.meaning.history import Comparison, Finding, months_between

LONGEST = 12
MINIMUM_COUNT = 20
WINDOWS = (6, 7, 9, 12)
QUIET = 1e-4  # noise below a hundredth of a percent is rounding


def drift_findings(compared: Comparison) -> Iterator[Finding]:
    """A flag for each number column, and for the number of rows, that has drifted within a year."""
    if compared.limits("drift") is not None and compared.contract.limits.row_count_ratio is not None:
        rows = [
            (each.period, math.log(each.profile.row_count))
            for each in (*compared.alike, compared.now)
            if each.profile.row_count and "drift" not in each.waived
        ]
        if moved := _drift(compared, rows, None):
            zh, en = f"{moved[0]:+.1%}", f"{moved[0]:+.1%} over {moved[1]} months"
            yield Finding("drift", is_refusal=False, zh=f"行数在{moved[1]}个月内缓慢变化{zh}。", en=f"Rows: {en}.")
    for name, field in compared.now.profile.fields.items():
        if field.kind != "number" or field.sized_count < MINIMUM_COUNT:
            continue
        levels = [
            (each.period, level)
            for each in (*compared.alike, compared.now)
            if "drift" not in each.waived
            and (one := each.profile.fields.get(name)) is not None
            and (level := one.level) is not None
        ]
        if moved := _drift(compared, levels, name):
            zh, en = compared.named(name)
            yield Finding(
                "drift",
                is_refusal=False,
                zh=f"{zh}在{moved[1]}个月内每月小幅变化，累计{moved[0]:+.1%}，单月看不出异常。",
                en=f"{en} has drifted by {moved[0]:+.1%} within {moved[1]} months, a little each month.",
            )


def _drift(compared: Comparison, levels: Sequence[tuple[str, float]], field: str | None) -> tuple[float, int] | None:
    """By what share and in how many months a series drifted, None when it is stable or too short."""
    limits = compared.limits("drift", field)
    if limits is None:
        return None
    points = [
        (-months_between(period, compared.now.period), level)
        for period, level in levels
        if months_between(period, compared.now.period) <= LONGEST
    ]
    for window in WINDOWS:
        part = points[-window:]
        if len(part) < limits["minimum_periods"]:
            return None
        slope, error = trend(part, noise=_step_noise(points))
        months = part[-1][0] - part[0][0]
        moved = slope * months
        if abs(moved) >= limits["cumulative"] and abs(slope) >= limits["significance"] * error:
            return math.expm1(moved), months
        if len(part) < window:
            return None
    return None


def _step_noise(points: Sequence[tuple[int, float]]) -> float:
    """The noise of single months, from how much the steps between them differ: short windows look calm by chance."""
    steps = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(points)]
    usual = median(steps)
    return math.sqrt(sum((step - usual) ** 2 for step in steps) / len(steps) / 2)


def trend(points: Sequence[tuple[int, float]], *, noise: float = 0.0) -> tuple[float, float]:
    """The slope per month of a line through points (Theil-Sen) and its standard error, ``noise`` a month or more."""
    slope = median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(points, 2))
    middle = median(y - slope * x for x, y in points)
    residuals = [y - slope * x - middle for x, y in points]
    noise = max(noise, math.sqrt(sum(r * r for r in residuals) / max(len(points) - 2, 1)), QUIET)
    mean = sum(x for x, _ in points) / len(points)
    return slope, noise / math.sqrt(sum((x - mean) ** 2 for x, _ in points))
