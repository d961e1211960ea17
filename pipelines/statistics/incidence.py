"""Growth incidence: by how much each percentile of persons gained between two distributions.

Belongs here: comparing two distributions percentile by percentile. Does not belong here: following the same persons.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.statistics.distribution import Distribution, Floats, UndefinedError
from pipelines.statistics.poverty import fgt, watts


@dataclass(frozen=True, eq=False)
class GrowthIncidence:
    """``growth`` of income at each of ``shares`` (NaN where the first income is not above 0), growth of the mean.

    ``pro_poor`` is the mean growth rate of the poor: fall of the Watts index ÷ first headcount, None without a line
    or without poor. All are relative changes over the whole time between the two (0.1 is 10 %).
    """

    shares: Floats
    growth: Floats
    mean_growth: float
    pro_poor: float | None


def growth_incidence(
    before: Distribution, after: Distribution, *, shares: Floats | None = None, line: float | None = None
) -> GrowthIncidence:
    """g(p) = Q₁(p)/Q₀(p) − 1 at the percentiles 1…99; both in prices of one year.

    Source: Ravallion and Chen (2003), Economics Letters 78.
    """
    points = np.arange(1, 100) / 100 if shares is None else shares
    first = np.array([before.quantile(float(share)) for share in points])
    last = np.array([after.quantile(float(share)) for share in points])
    growth = np.divide(last, first, out=np.full(len(points), np.nan), where=first > 0) - 1
    if before.mean <= 0:
        raise UndefinedError("the mean of the first distribution is not above 0")
    pro_poor = None
    if line is not None and (headcount := fgt(before, line, 0)) > 0:
        pro_poor = (watts(before, line) - watts(after, line)) / headcount
    return GrowthIncidence(points, growth, after.mean / before.mean - 1, pro_poor)
