"""The measures by name: domain, value and influence, so that a report can ask for all of them alike.

Belongs here: the list of measures and one estimate of each. Does not belong here: formulas, words (``labels``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from pipelines.statistics import inequality, linearisation, poverty, relative
from pipelines.statistics.distribution import Distribution, Floats, Integers, UndefinedError
from pipelines.statistics.errors import Bootstrap, bootstrap, linearised_error

EPSILONS = (0.5, 1.0, 2.0)


class Domain(StrEnum):
    """Whose incomes a measure speaks of."""

    ALL = "all"
    NOT_NEGATIVE = "not_negative"
    POSITIVE = "positive"


@dataclass(frozen=True)
class Measure:
    """One measure: ``value`` and ``influence`` take the distribution of the domain; ``argument`` is a share or ε."""

    name: str
    domain: Domain
    value: Callable[[Distribution], float]
    influence: Callable[[Distribution], Floats]
    argument: float | None = None

    def of(self, distribution: Distribution) -> float:
        """The value for everybody's distribution."""
        return self.value(in_domain(distribution, self.domain))


@dataclass(frozen=True)
class Estimate:
    """A value with its errors; ``value`` is None when it is undefined, ``reason`` says why.

    ``rows`` and ``persons`` are those of the domain, ``excluded`` the rows outside of it.
    """

    measure: Measure
    value: float | None
    standard_error: float | None
    drawn: Bootstrap | None
    rows: int
    persons: float
    excluded: int
    reason: str | None = None


def in_domain(distribution: Distribution, domain: Domain) -> Distribution:
    """The part of a distribution that a measure speaks of."""
    if domain is Domain.ALL:
        return distribution
    return distribution.not_negative() if domain is Domain.NOT_NEGATIVE else distribution.positive()


def poverty_measures(line: float, *, include_line: bool = False) -> list[Measure]:
    """Measures against a given line."""
    fgt = partial(poverty.fgt, line=line, include_line=include_line)
    of_fgt = partial(linearisation.of_fgt, line=line, include_line=include_line)
    found = [
        Measure(name, Domain.ALL, partial(fgt, alpha=alpha), partial(of_fgt, alpha=alpha))
        for name, alpha in (("headcount", 0.0), ("gap", 1.0), ("severity", 2.0))
    ]
    others: tuple[tuple[str, Callable[..., float], Callable[..., Floats]], ...] = (
        ("watts", poverty.watts, linearisation.of_watts),
        ("income_gap_ratio", poverty.income_gap_ratio, linearisation.of_income_gap_ratio),
        ("sen", poverty.sen, linearisation.of_sen),
    )
    for name, value, influence in others:
        found.append(
            Measure(
                name,
                Domain.ALL,
                partial(value, line=line, include_line=include_line),
                partial(influence, line=line, include_line=include_line),
            )
        )
    return found


def location_measures() -> list[Measure]:
    """Mean and median of everybody's income."""
    return [
        Measure("mean", Domain.ALL, lambda all_: all_.mean, linearisation.of_mean),
        Measure("median", Domain.ALL, lambda all_: all_.quantile(0.5), partial(linearisation.of_quantile, share=0.5)),
    ]


def inequality_measures(epsilons: Sequence[float] = EPSILONS) -> list[Measure]:
    """Measures without a line."""
    found = [
        Measure("gini", Domain.NOT_NEGATIVE, inequality.gini, linearisation.of_gini),
        Measure("theil_t", Domain.NOT_NEGATIVE, inequality.theil_t, linearisation.of_theil_t),
        Measure("theil_l", Domain.POSITIVE, inequality.theil_l, linearisation.of_theil_l),
        Measure("quintile_ratio", Domain.NOT_NEGATIVE, inequality.quintile_ratio, linearisation.of_quintile_ratio),
    ]
    for epsilon in epsilons:
        domain = Domain.NOT_NEGATIVE if epsilon < 1 else Domain.POSITIVE
        value = partial(inequality.atkinson, epsilon=epsilon)
        found.append(Measure("atkinson", domain, value, partial(linearisation.of_atkinson, epsilon=epsilon), epsilon))
    return found


def relative_measures(shares: Sequence[float] = relative.SHARES_OF_MEDIAN) -> list[Measure]:
    """Measures against shares of the median."""
    found = []
    for share in shares:
        rate = partial(relative.at_risk_rate, share=share)
        found.append(
            Measure("at_risk_rate", Domain.ALL, rate, partial(linearisation.of_at_risk_rate, share=share), share)
        )
    for share in shares:
        median = partial(relative.median_gap, share=share)
        found.append(
            Measure("median_gap", Domain.ALL, median, partial(linearisation.of_median_gap, share=share), share)
        )
    return found


def estimate(
    measure: Measure,
    distribution: Distribution,
    *,
    clusters: Integers | None = None,
    replicates: int = 0,
    seed: int = 1,
) -> Estimate:
    """Value and standard errors of one measure; ``clusters`` are codes from 0 of the input rows.

    With ``replicates`` the bootstrap runs too. What is undefined for these incomes has a reason instead of a value.
    """
    try:
        part = in_domain(distribution, measure.domain)
        value = measure.value(part)
    except UndefinedError as error:
        return Estimate(measure, None, None, None, 0, 0.0, distribution.size, str(error))
    codes = None if clusters is None or part.order is None else clusters[part.order]
    count = distribution.size if clusters is None else int(clusters.max()) + 1
    drawn = None
    try:
        error_of_value = linearised_error(measure.influence(part), part.weights, clusters=codes, count=count)
        if replicates:
            drawn = bootstrap(distribution, measure.of, replicates=replicates, seed=seed, clusters=clusters)
    except UndefinedError:
        error_of_value = None
    outside = distribution.size - part.size
    return Estimate(measure, value, error_of_value, drawn, part.size, part.total_weight, outside)
