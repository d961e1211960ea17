"""Poverty and inequality measures: hand-computed values, published references, naive formulas, error texts."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.statistics import Convention, Distribution, UndefinedError, clean, inequality, poverty, relative

# The vector of the R package ineq (Zeileis), whose printed results many packages repeat in their tests.
INEQ = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]


@pytest.fixture(scope="module")
def thousands() -> Distribution:
    """The example of wbpip's documentation: incomes 1…2000, everybody counts 1."""
    return Distribution.of(np.arange(1, 2001))


@pytest.mark.parametrize(("alpha", "expected"), [(0, 0.0045), (1, 0.00225), (2, 0.001425)])
def test_fgt_of_the_reference_example(thousands: Distribution, alpha: int, expected: float) -> None:
    assert poverty.fgt(thousands, 10, alpha) == pytest.approx(expected, abs=1e-15)


def test_watts_and_gini_of_the_reference_example(thousands: Distribution) -> None:
    assert round(poverty.watts(thousands, 10), 7) == 0.0039607
    assert inequality.gini(thousands) == pytest.approx((2000 - 1) / (3 * 2000), abs=1e-14)


def test_an_income_at_the_line_is_not_poor_unless_asked(thousands: Distribution) -> None:
    assert thousands.rows_below(10) == 9
    assert poverty.fgt(thousands, 10, 0, include_line=True) == 10 / 2000
    # Far above 1, adding 1e-10 changes nothing in binary numbers: the next number is taken.
    rich = Distribution.of([3e7, 4e7])
    assert poverty.fgt(rich, 3e7, 0, include_line=True) == 0.5


def test_printed_values_of_the_r_package_ineq() -> None:
    income = Distribution.of(INEQ)

    assert round(inequality.gini(income), 7) == 0.4620911
    assert round(inequality.theil_t(income), 7) == 0.3623412
    assert round(inequality.theil_l(income), 7) == 0.4335946
    for epsilon, printed in ((0.4, 0.1440938), (0.5, 0.1796591), (1, 0.3518251)):
        assert round(inequality.atkinson(income, epsilon), 7) == printed


def test_poverty_of_four_people_by_hand() -> None:
    """Incomes 100, 110, 150, 160 at the line 125: gaps 25 and 15."""
    four = Distribution.of([160, 100, 150, 110])

    assert poverty.fgt(four, 125, 0) == 0.5
    assert poverty.fgt(four, 125, 1) == pytest.approx((0.2 + 0.12) / 4)
    assert poverty.fgt(four, 125, 2) == pytest.approx((0.04 + 0.0144) / 4)
    assert poverty.income_gap_ratio(four, 125) == pytest.approx(0.16)
    assert poverty.watts(four, 125) == pytest.approx((np.log(1.25) + np.log(125 / 110)) / 4)
    # Gini of 100 and 110 is 10 / (2·2·105); Sen = H·(I + (1−I)·G_p).
    assert poverty.sen(four, 125) == pytest.approx(0.5 * (0.16 + 0.84 * (10 / 420)))


def test_household_sizes_are_weights() -> None:
    """Two persons with 1000, three with 4000, line 2000: two of five persons are poor."""
    sample = clean([1000.0, 4000.0], [2.0, 3.0])

    assert poverty.fgt(sample.distribution, 2000, 0) == pytest.approx(0.4)
    assert poverty.fgt(sample.distribution, 2000, 1) == pytest.approx(0.2)


def test_lorenz_curve_and_decile_shares_of_one_to_ten() -> None:
    ten = Distribution.of(np.arange(1, 11))

    assert inequality.income_shares(ten).tolist() == pytest.approx([each / 55 for each in range(1, 11)])
    assert inequality.lorenz(ten, [0, 0.05, 0.5, 1]).tolist() == pytest.approx([0, 0.5 / 55, 15 / 55, 1])


def test_quintile_ratio_of_one_to_ten() -> None:
    # Q20 lies between 2 and 3, Q80 between 8 and 9: (9 + 10) ÷ (1 + 2).
    assert inequality.quintile_ratio(Distribution.of(np.arange(1, 11))) == pytest.approx(19 / 3)


@pytest.mark.parametrize(
    ("incomes", "weights", "share", "expected"),
    [
        ([1, 2, 3, 4], None, 0.5, 2.5),
        ([1, 2, 3, 4, 5], None, 0.5, 3),
        ([1, 2, 3, 4], [1, 1, 1, 1], 0.25, 1.5),
        ([10, 20, 30], [2, 1, 1], 0.5, 15),
        ([10, 20, 30], [1, 1, 1], 0.5, 20),
        ([10, 20, 30], [0.1, 0.2, 0.3], 0.5, 25),
        ([10, 20, 30], [0.7, 0.1, 0.8], 0.5, 25),
        ([7, 7, 7], None, 0.9, 7),
    ],
)
def test_a_quantile_averages_where_the_cumulated_weight_hits_it(
    incomes: list[float], weights: list[float] | None, share: float, expected: float
) -> None:
    """SAS PCTLDEF=5 by hand; 0.1 + 0.2 and 0.7 + 0.1 are half of all in spite of binary rounding up and down."""
    assert Distribution.of(incomes, weights).quantile(share) == pytest.approx(expected)


def test_relative_poverty_by_hand() -> None:
    """The median is 100: at 60 % three of eight are poor, their median is 20."""
    eight = Distribution.of([10, 20, 50, 100, 100, 100, 100, 200])

    assert relative.threshold(eight, 0.6) == pytest.approx(60)
    assert relative.at_risk_rate(eight, 0.6) == pytest.approx(3 / 8)
    assert relative.median_gap(eight, 0.6) == pytest.approx((60 - 20) / 60)
    with pytest.raises(UndefinedError, match="nobody is below"):
        relative.median_gap(Distribution.of([5, 5, 6]), 0.4)


def test_an_income_at_the_relative_threshold_is_not_at_risk() -> None:
    assert relative.at_risk_rate(Distribution.of([50, 100, 100]), 0.5) == 0


def test_the_register_keeps_losses_in_the_headcount_and_out_of_the_gini() -> None:
    sample = clean([-500.0, 0.0, 1000.0, 3000.0])
    everybody = sample.distribution

    assert sample.counts.as_json() == {
        "rows": 4, "used": 4, "missing": 0, "no_weight": 0, "negative_dropped": 0, "negative": 1, "zero": 1,
    }  # fmt: skip
    assert poverty.fgt(everybody, 2000, 0) == 0.75
    # The loss counts as 0: gaps 1, 1 and one half.
    assert poverty.fgt(everybody, 2000, 1) == pytest.approx(2.5 / 4)
    assert poverty.watts(everybody, 2000) == pytest.approx(np.log(2) / 4)
    assert inequality.gini(everybody.not_negative()) == pytest.approx(inequality.gini(Distribution.of([0, 1000, 3000])))


def test_wbpip_drops_losses_and_counts_them() -> None:
    sample = clean([-500.0, 0.0, 1000.0, np.nan, 5.0, 6.0], [1, 1, 1, 1, 0, np.nan], convention=Convention.WBPIP)

    assert sample.distribution.incomes.tolist() == [0, 1000]
    assert sample.counts.as_json() == {
        "rows": 6, "used": 2, "missing": 2, "no_weight": 1, "negative_dropped": 1, "negative": 0, "zero": 1,
    }  # fmt: skip
    # The World Bank's package tests the same: missing, negative and weightless rows go.
    assert clean([1, -2, 3, -4, 5], [10, 11, -12, 13, 14], convention=Convention.WBPIP).counts.used == 2


@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 5.0]])
def test_equal_incomes_have_no_inequality(weights: list[float] | None) -> None:
    equal = Distribution.of([1234.56] * 3, weights)

    measured = [inequality.gini(equal), inequality.theil_t(equal), inequality.theil_l(equal)]
    measured += [inequality.atkinson(equal, epsilon) for epsilon in (0.5, 1, 2)]
    assert measured == pytest.approx([0.0] * 6, abs=1e-12)
    assert inequality.quintile_ratio(Distribution.of(np.arange(1, 11) * 0 + 3.0, None)) == 0


def _naive(incomes: np.ndarray, weights: np.ndarray, line: float) -> dict[str, float]:
    """Every formula as it is printed, with no sum shared."""
    whole, mean = weights.sum(), (weights * incomes).sum() / weights.sum()
    is_poor = incomes < line
    order = np.lexsort((weights, incomes))
    y, w = incomes[order], weights[order]
    rank = (np.cumsum(w) - w / 2) / whole
    shares = incomes / mean
    return {
        "headcount": (weights * is_poor).sum() / whole,
        "gap": (weights * is_poor * (1 - incomes / line)).sum() / whole,
        "severity": (weights * is_poor * (1 - incomes / line) ** 2).sum() / whole,
        "watts": (weights * is_poor * np.log(line / incomes)).sum() / whole,
        # Twice the covariance of income and rank, over the mean.
        "gini": 2 * (w * (y - mean) * (rank - 0.5)).sum() / whole / mean,
        "theil_t": (weights * shares * np.log(shares)).sum() / whole,
        "theil_l": (weights * np.log(1 / shares)).sum() / whole,
        "atkinson": 1 - ((weights * np.sqrt(incomes)).sum() / whole) ** 2 / mean,
    }


def test_a_million_incomes_equal_the_naive_formulas() -> None:
    generator = np.random.default_rng(11)
    incomes = generator.lognormal(8.7, 0.8, 1_000_000).round(2)
    weights = generator.integers(1, 8, 1_000_000) * generator.uniform(0.5, 2, 1_000_000)
    million, line = Distribution.of(incomes, weights), 3070.0

    measured = {
        "headcount": poverty.fgt(million, line, 0),
        "gap": poverty.fgt(million, line, 1),
        "severity": poverty.fgt(million, line, 2),
        "watts": poverty.watts(million, line),
        "gini": inequality.gini(million),
        "theil_t": inequality.theil_t(million),
        "theil_l": inequality.theil_l(million),
        "atkinson": inequality.atkinson(million, 0.5),
    }
    for name, expected in _naive(incomes, weights, line).items():
        assert abs(measured[name] - expected) <= 1e-10, name


def test_the_gini_is_half_the_mean_of_all_relative_differences() -> None:
    generator = np.random.default_rng(5)
    y, w = generator.pareto(2.5, 700) + 1, generator.uniform(0.1, 3, 700)
    pairs = np.abs(y[:, None] - y) * w[:, None] * w

    assert inequality.gini(Distribution.of(y, w)) == pytest.approx(
        pairs.sum() / (2 * w.sum() ** 2 * np.average(y, weights=w)), abs=1e-12
    )


@pytest.mark.parametrize(
    ("action", "text"),
    [
        (lambda: Distribution.of([]), "there are no incomes"),
        (lambda: Distribution.of([1, np.nan, np.inf]), "2 of 3 incomes are missing or not finite"),
        (lambda: Distribution.of([1, 2], [1, 0]), "1 of 2 weights are missing, 0 or negative"),
        (lambda: Distribution.of([1, 2], [1, -3]), "1 of 2 weights"),
        (lambda: Distribution.of([1, 2], [1]), "2 incomes need as many weights, not 1"),
        (lambda: clean([np.nan, -1], convention=Convention.WBPIP), "no row is left of 2"),
        (lambda: poverty.fgt(Distribution.of([1]), 0, 0), "poverty line must be a number above 0"),
        (lambda: poverty.fgt(Distribution.of([1]), np.nan, 0), "poverty line must be a number above 0"),
        (lambda: poverty.fgt(Distribution.of([1]), 1, -1), "alpha must be 0 or more"),
        (lambda: inequality.gini(Distribution.of([-1, 2])), "negative incomes have no place"),
        (lambda: inequality.gini(Distribution.of([0, 0])), "all incomes are zero"),
        (lambda: inequality.theil_l(Distribution.of([0, 1])), "needs incomes above 0"),
        (lambda: inequality.atkinson(Distribution.of([1, 2]), 0), "epsilon must be above 0"),
        (lambda: inequality.lorenz(Distribution.of([1, 2]), [1.2]), "between 0 and 1"),
        (lambda: Distribution.of([1, 2]).quantile(1), "a quantile needs a share between 0 and 1"),
        (lambda: relative.threshold(Distribution.of([-1, 0, 0])), "median income is not above 0"),
        (lambda: poverty.income_gap_ratio(Distribution.of([5]), 1), "nobody is below the line"),
    ],
)
def test_what_cannot_be_measured_says_why(action: object, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        action()  # type: ignore[operator]
