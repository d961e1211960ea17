"""Standard errors: influence by small changes of the weights, known variances, bootstrap and linearisation together."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.statistics import Distribution, UndefinedError, linearisation, measures, poverty
from pipelines.statistics.errors import bootstrap, linearised_error

LINE = 2500.0


@pytest.fixture(scope="module")
def sample() -> Distribution:
    generator = np.random.default_rng(0)
    return Distribution.of(generator.lognormal(8, 0.6, 3000).round(1), generator.integers(1, 6, 3000))


SMOOTH = [
    each
    for each in (*measures.location_measures(), *measures.poverty_measures(LINE), *measures.inequality_measures())
    if each.name not in ("median", "quintile_ratio")
]


@pytest.mark.parametrize("measure", SMOOTH, ids=lambda each: f"{each.name}{each.argument or ''}")
def test_influence_is_the_derivative_by_the_weight(sample: Distribution, measure: measures.Measure) -> None:
    influence = measure.influence(sample)
    assert float(np.dot(influence, sample.weights)) == pytest.approx(0, abs=1e-9 * np.abs(influence).max() * 3000)
    for row in (0, 40, 1500, 2999):
        values = []
        for step in (1e-3, -1e-3):
            weights = sample.weights.copy()
            weights[row] += step
            values.append(measure.value(Distribution.of_sorted(sample.incomes, weights)))
        assert influence[row] == pytest.approx((values[0] - values[1]) / 2e-3, rel=1e-3, abs=1e-9)


def test_the_error_of_a_share_is_the_textbook_one() -> None:
    """100 equal weights, 30 poor: √(p(1−p)/(n−1))."""
    hundred = Distribution.of([1.0] * 30 + [9.0] * 70)
    influence = linearisation.of_fgt(hundred, 5, 0)

    assert linearised_error(influence, hundred.weights) == pytest.approx(np.sqrt(0.3 * 0.7 / 99))


def test_errors_against_the_median_of_even_incomes_are_the_known_ones() -> None:
    """Incomes spread evenly over (0, 1): threshold 0.3, rate 0.3, median of the poor 0.15, density 1 everywhere.

    The threshold is estimated too, so the variance of the rate is 0.12/n and not 0.3·0.7/n.
    """
    count = 20_000
    income = (np.arange(count) + 0.5) / count
    even = Distribution.of(income)
    rate, gap = (
        linearised_error(influence(even, 0.6), even.weights)
        for influence in (linearisation.of_at_risk_rate, linearisation.of_median_gap)
    )
    of_median = 0.5 - (income <= 0.5)
    of_rate = (income < 0.3) - 0.3 + 0.6 * of_median
    of_poor_median = of_rate / 2 - ((income <= 0.15) - 0.15)
    of_gap = -of_poor_median / 0.3 + 0.15 * 0.6 * of_median / 0.3**2

    assert rate == pytest.approx(np.sqrt(0.12 / count), rel=0.01)
    assert gap == pytest.approx(of_gap.std() / np.sqrt(count), rel=0.01)


def test_clusters_of_like_rows_widen_the_error() -> None:
    """Ten villages of ten equal households: only ten independent draws, √(p(1−p)/9)."""
    villages = np.repeat(np.arange(10), 10)
    hundred = Distribution.of(np.where(villages < 3, 1.0, 9.0), keep_order=True)
    influence = linearisation.of_fgt(hundred, 5, 0)

    error = linearised_error(influence, hundred.weights, clusters=villages[hundred.order], count=10)
    assert error == pytest.approx(np.sqrt(0.3 * 0.7 / 9))
    drawn = bootstrap(hundred, lambda each: poverty.fgt(each, 5, 0), replicates=400, seed=3, clusters=villages)
    assert drawn.standard_error == pytest.approx(error, rel=0.15)


# The kernel rule of EU-SILC smooths skewed incomes: there the two methods differ more than elsewhere.
FAR = {"at_risk_rate": 0.3, "median_gap": 0.5, "median": 0.3}


EVERY = [
    *measures.location_measures(),
    *measures.poverty_measures(LINE),
    *measures.inequality_measures(),
    *measures.relative_measures((0.6,)),
]


@pytest.mark.parametrize("measure", EVERY, ids=lambda each: f"{each.name}{each.argument or ''}")
def test_linearisation_and_bootstrap_agree(sample: Distribution, measure: measures.Measure) -> None:
    error = linearised_error(measure.influence(sample), sample.weights)
    drawn = bootstrap(sample, measure.of, replicates=200, seed=4)

    assert drawn.standard_error == pytest.approx(error, rel=FAR.get(measure.name, 0.2))
    assert drawn.low < measure.of(sample) < drawn.high


def test_the_same_seed_gives_the_same_draws(sample: Distribution) -> None:
    first, again, other = (
        bootstrap(sample, lambda each: poverty.fgt(each, LINE, 1), replicates=20, seed=seed) for seed in (5, 5, 6)
    )
    assert first == again
    assert first.standard_error != other.standard_error


def test_an_estimate_of_a_part_counts_all_rows_as_drawn() -> None:
    """The Gini leaves the loss out, but five rows were drawn."""
    five = Distribution.of([-10.0, 1, 2, 3, 4], keep_order=True)
    gini = next(each for each in measures.inequality_measures() if each.name == "gini")
    found = measures.estimate(gini, five)
    part = five.not_negative()
    terms = np.append(linearisation.of_gini(part) * part.weights, 0.0)

    assert (found.rows, found.excluded) == (4, 1)
    assert found.standard_error == pytest.approx(np.sqrt(5 / 4 * ((terms - terms.mean()) ** 2).sum()))


def test_what_has_no_error_says_so() -> None:
    with pytest.raises(UndefinedError, match="one row alone"):
        linearised_error(np.zeros(1), np.ones(1))
    with pytest.raises(ValueError, match="2 replicates or more"):
        bootstrap(Distribution.of([1, 2]), lambda each: each.mean, replicates=1)
    found = measures.estimate(measures.poverty_measures(1)[4], Distribution.of([5.0, 6.0]))
    assert (found.value, found.standard_error, found.reason) == (None, None, "nobody is below the line")
