"""Poverty against a share of the median, as the European statistical offices measure it.

Belongs here: at-risk-of-poverty rate and the relative median gap. Does not belong here: given lines (``poverty``).
"""

from __future__ import annotations

from pipelines.statistics.distribution import Distribution, UndefinedError

SHARES_OF_MEDIAN = (0.4, 0.5, 0.6, 0.7)


def threshold(distribution: Distribution, share: float = 0.6) -> float:
    """The at-risk-of-poverty threshold: ``share`` × weighted median, in the unit of the incomes.

    Raises UndefinedError when the median is not above 0.
    """
    median = distribution.quantile(0.5)
    if median <= 0:
        raise UndefinedError("the median income is not above 0")
    return share * median


def at_risk_rate(distribution: Distribution, share: float = 0.6) -> float:
    """At-risk-of-poverty rate: persons strictly below ``share`` × median ÷ all persons, negative incomes included.

    Source: Eurostat, EU-SILC ``ilc_li``.
    """
    poor = distribution.rows_below(threshold(distribution, share))
    return distribution.weight_up_to(poor) / distribution.total_weight


def median_gap(distribution: Distribution, share: float = 0.6) -> float:
    """Relative median at-risk-of-poverty gap: (threshold − median income of the poor) ÷ threshold.

    Raises UndefinedError when nobody is below the threshold. Source: Eurostat, EU-SILC ``ilc_li11``.
    """
    line = threshold(distribution, share)
    poor = distribution.rows_below(line)
    if not poor:
        raise UndefinedError("nobody is below the threshold")
    return (line - distribution.part(0, poor).quantile(0.5)) / line
