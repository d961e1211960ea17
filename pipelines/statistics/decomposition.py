"""What a measure is made of: groups of persons, and sources of income.

Belongs here: decompositions whose parts add up to the measure. Does not belong here: the measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipelines.statistics.distribution import Distribution, Floats, Integers, UndefinedError
from pipelines.statistics.inequality import gini, theil_l, theil_t
from pipelines.statistics.poverty import fgt


@dataclass(frozen=True)
class GroupPart:
    """One group's part of a poverty index: its persons, their share of all, its own index, its part and share of all.

    The contributions of the groups add up to the index of all; ``share`` is None when that index is 0.
    """

    group: int
    persons: float
    population_share: float
    value: float
    contribution: float
    share: float | None


@dataclass(frozen=True)
class Split:
    """Inequality within groups, between their means, and (Gini only) the overlap of their incomes; they add up."""

    total: float
    within: float
    between: float
    overlap: float = 0.0


@dataclass(frozen=True)
class SourcePart:
    """One source of income in the inequality of all incomes.

    ``income_share`` S is its share of all income, ``gini`` its own Gini (None where the source has negative amounts or
    none), ``correlation`` R its Gini correlation with income, ``contribution`` its part of the Gini, ``share`` that
    part ÷ Gini, ``marginal`` the relative change of the Gini when the source grows by 1 % everywhere, ÷ 1 %:
    share − S. ``variance_share`` is Shorrocks' (1982) share, cov(source, income) ÷ var(income).
    """

    source: str
    income_share: float
    gini: float | None
    correlation: float | None
    contribution: float
    share: float
    marginal: float
    variance_share: float


def by_group(distribution: Distribution, codes: Integers) -> dict[int, Distribution]:
    """A distribution for every group, in ascending code; ``codes`` are aligned with the rows of ``distribution``.

    A stable sort of the codes keeps the order of incomes inside each group.
    """
    order = np.argsort(codes, kind="stable")
    sorted_codes = codes[order]
    starts = np.flatnonzero(np.diff(sorted_codes, prepend=sorted_codes[0] - 1))
    stops = [*starts[1:], len(codes)]
    incomes, weights = distribution.incomes[order], distribution.weights[order]
    return {
        int(sorted_codes[start]): Distribution.of_sorted(incomes[start:stop], weights[start:stop])
        for start, stop in zip(starts, stops, strict=True)
    }


def fgt_by_group(
    groups: Mapping[int, Distribution], line: float, alpha: float, *, include_line: bool = False
) -> list[GroupPart]:
    """FGT = Σ (share of persons of g)·FGT_g. Source: Foster, Greer and Thorbecke (1984)."""
    persons = sum(group.total_weight for group in groups.values())
    values = {code: fgt(group, line, alpha, include_line=include_line) for code, group in groups.items()}
    total = sum(group.total_weight / persons * values[code] for code, group in groups.items())
    parts = []
    for code, group in groups.items():
        share = group.total_weight / persons
        part = share * values[code]
        parts.append(
            GroupPart(code, group.total_weight, share, values[code], part, part / total if total > 0 else None)
        )
    return parts


def theil_t_by_group(distribution: Distribution, groups: Mapping[int, Distribution]) -> Split:
    """T = Σ s_g·T_g + Σ s_g·ln(μ_g/μ), s_g the group's share of income. Source: Shorrocks (1980), Econometrica 48.

    A group without income adds nothing to either part.
    """
    within = between = 0.0
    for group in groups.values():
        share = group.total_income / distribution.total_income
        if share > 0:
            within += share * theil_t(group)
            between += share * float(np.log(group.mean / distribution.mean))
    return Split(theil_t(distribution), within, between)


def theil_l_by_group(distribution: Distribution, groups: Mapping[int, Distribution]) -> Split:
    """L = Σ p_g·L_g + Σ p_g·ln(μ/μ_g), p_g the group's share of persons; incomes above 0. Source: Shorrocks (1980)."""
    within = between = 0.0
    for group in groups.values():
        share = group.total_weight / distribution.total_weight
        within += share * theil_l(group)
        between += share * float(np.log(distribution.mean / group.mean))
    return Split(theil_l(distribution), within, between)


def gini_by_group(distribution: Distribution, groups: Mapping[int, Distribution]) -> Split:
    """G = Σ p_g·s_g·G_g + (Gini when each person had the mean of the group) + overlap of the groups' incomes.

    The overlap is what is left; 0 when no two groups overlap. Source: Lambert and Aronson (1993), Economic Journal 103.
    """
    within = 0.0
    for group in groups.values():
        if group.total_income > 0:
            share = group.total_weight / distribution.total_weight
            within += share * group.total_income / distribution.total_income * gini(group)
    means = [group.mean for group in groups.values()]
    between = gini(Distribution.of(means, [group.total_weight for group in groups.values()]))
    total = gini(distribution)
    return Split(total, within, between, total - within - between)


def by_source(distribution: Distribution, sources: Mapping[str, Floats]) -> list[SourcePart]:
    """Contributions of sources of income that add up to the Gini; amounts are aligned with the distribution's rows.

    Contribution = 2·cov(source, F(y)) / μ = S·G·R, F the mid rank of the person's whole income. When the sources do
    not add up to income, say so with a source of what is left: only then do the parts add up. Source: Lerman and
    Yitzhaki (1985), Review of Economics and Statistics 67.
    """
    total = gini(distribution)
    if total == 0:
        raise UndefinedError("all incomes are equal: there is no inequality to divide")
    weights, weight = distribution.weights, distribution.total_weight
    ranks = distribution.mid_ranks() - 0.5
    centred = distribution.incomes - distribution.mean
    variance = float(np.dot(weights, centred * centred))
    parts = []
    for name, amounts in sources.items():
        share = float(np.dot(weights, amounts)) / distribution.total_income
        contribution = 2 * float(np.dot(weights * ranks, amounts)) / (weight * distribution.mean)
        own = _own_gini(amounts, weights)
        parts.append(
            SourcePart(
                name,
                share,
                own,
                contribution / (share * own) if own and share else None,
                contribution,
                contribution / total,
                contribution / total - share,
                float(np.dot(weights * centred, amounts)) / variance,
            )
        )
    return parts


def _own_gini(amounts: Floats, weights: Floats) -> float | None:
    if (amounts < 0).any() or not (amounts > 0).any():
        return None
    return gini(Distribution.of(amounts, weights))
