"""What every measure of poverty and inequality must keep: scale, order, replication, transfers, parts that add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.statistics import Distribution, UndefinedError, decomposition, inequality, measures, poverty, relative
from pipelines.statistics.errors import linearised_error
from pipelines.statistics.incidence import growth_incidence

LINE = 3000.0
# Cents: no two different incomes are so close that a transfer between them vanishes in rounding.
INCOMES = st.lists(st.integers(1, 2_000_000).map(lambda cents: cents / 100), min_size=3, max_size=40)
WEIGHTS = st.integers(1, 9)
UNEQUAL = {
    "gini": inequality.gini,
    "theil_t": inequality.theil_t,
    "theil_l": inequality.theil_l,
    "atkinson_half": lambda distribution: inequality.atkinson(distribution, 0.5),
    "atkinson_one": lambda distribution: inequality.atkinson(distribution, 1),
    "atkinson_two": lambda distribution: inequality.atkinson(distribution, 2),
}
pytestmark = pytest.mark.filterwarnings("error")


def every_value(distribution: Distribution, line: float) -> list[float | None]:
    """Every measure of the report but mean and median; None where it is undefined."""
    found: list[float | None] = []
    asked = [*measures.poverty_measures(line), *measures.inequality_measures(), *measures.relative_measures()]
    for measure in asked:
        try:
            found.append(measure.of(distribution))
        except UndefinedError:
            found.append(None)
    return found


def assert_same(first: list[float | None], second: list[float | None]) -> None:
    assert [value is None for value in first] == [value is None for value in second]
    values = [(a, b) for a, b in zip(first, second, strict=True) if a is not None and b is not None]
    assert [a for a, _ in values] == pytest.approx([b for _, b in values], rel=1e-9, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(INCOMES, st.data())
def test_scale_order_and_replication_change_nothing(incomes: list[float], data: st.DataObject) -> None:
    weights = data.draw(st.lists(WEIGHTS, min_size=len(incomes), max_size=len(incomes)))
    plain = every_value(Distribution.of(incomes, weights), LINE)

    # A power of two: no income crosses a threshold by rounding.
    assert_same(plain, every_value(Distribution.of(np.array(incomes) * 4, weights), LINE * 4))
    shuffled = data.draw(st.permutations(range(len(incomes))))
    assert_same(
        plain, every_value(Distribution.of([incomes[at] for at in shuffled], [weights[at] for at in shuffled]), LINE)
    )
    assert_same(plain, every_value(Distribution.of(np.repeat(incomes, weights)), LINE))
    assert_same(plain, every_value(Distribution.of(incomes * 3, weights * 3), LINE))
    assert_same(plain, every_value(Distribution.of(incomes, np.array(weights) * 8.0), LINE))


@pytest.mark.parametrize("name", UNEQUAL)
@settings(max_examples=40, deadline=None)
@given(INCOMES, st.integers(1, 49))
def test_a_transfer_from_richer_to_poorer_lowers_inequality(name: str, incomes: list[float], percent: int) -> None:
    """Pigou–Dalton: less than half of the distance from the richest to the poorest."""
    low, high = int(np.argmin(incomes)), int(np.argmax(incomes))
    distance = incomes[high] - incomes[low]
    after = np.array(incomes)
    after[low] += distance * percent / 100
    after[high] -= distance * percent / 100
    before_value, after_value = (UNEQUAL[name](Distribution.of(each)) for each in (incomes, after))

    if distance > 0.01 * incomes[high]:
        assert after_value < before_value
    else:
        assert after_value <= before_value + 1e-12


@settings(max_examples=40, deadline=None)
@given(INCOMES)
def test_a_transfer_among_the_poor_lowers_severity_watts_and_sen(incomes: list[float]) -> None:
    poor = np.array([500.0, 1000.0, 2500.0])
    before = Distribution.of([*incomes, *poor])
    after = Distribution.of([*incomes, *(poor + np.array([100.0, 0.0, -100.0]))])

    assert poverty.fgt(after, LINE, 0) == poverty.fgt(before, LINE, 0)
    assert poverty.fgt(after, LINE, 1) == pytest.approx(poverty.fgt(before, LINE, 1), abs=1e-12)
    for measure in (
        lambda d: poverty.fgt(d, LINE, 2),
        lambda d: poverty.watts(d, LINE),
        lambda d: poverty.sen(d, LINE),
    ):
        assert measure(after) < measure(before)


@settings(max_examples=60, deadline=None)
@given(INCOMES, st.data())
def test_parts_by_group_add_up(incomes: list[float], data: st.DataObject) -> None:
    count = len(incomes)
    weights = data.draw(st.lists(WEIGHTS, min_size=count, max_size=count))
    codes = np.array(data.draw(st.lists(st.integers(0, 3), min_size=count, max_size=count)))
    everybody = Distribution.of(incomes, weights, keep_order=True)
    groups = decomposition.by_group(everybody, codes[everybody.order])

    assert sum(group.size for group in groups.values()) == count
    for alpha in (0, 1, 2):
        parts = decomposition.fgt_by_group(groups, LINE, alpha)
        assert sum(part.contribution for part in parts) == pytest.approx(poverty.fgt(everybody, LINE, alpha))
    for split in (
        decomposition.theil_t_by_group(everybody, groups),
        decomposition.theil_l_by_group(everybody, groups),
        decomposition.gini_by_group(everybody, groups),
    ):
        assert split.within + split.between + split.overlap == pytest.approx(split.total, abs=1e-9)
        assert min(split.within, split.between, split.overlap) >= -1e-9


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 500_000)] * 3), min_size=3, max_size=40))
def test_parts_by_source_add_up_whatever_the_order_of_equal_incomes(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, dtype=float) / 100
    if np.ptp(table.sum(axis=1)) < 0.01:
        return

    def parts_of(amounts: np.ndarray) -> list[decomposition.SourcePart]:
        everybody = Distribution.of(amounts.sum(axis=1), keep_order=True)
        ordered = {name: amounts[everybody.order, at] for at, name in enumerate("abc")}
        return decomposition.by_source(everybody, ordered)

    parts = parts_of(table)
    gini = inequality.gini(Distribution.of(table.sum(axis=1)))
    assert sum(part.contribution for part in parts) == pytest.approx(gini)
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert sum(part.variance_share for part in parts) == pytest.approx(1)
    assert sum(part.marginal for part in parts) == pytest.approx(0, abs=1e-9)
    for part in parts:
        if part.gini and part.correlation is not None:
            assert part.income_share * part.gini * part.correlation == pytest.approx(part.contribution)
    reversed_ = parts_of(table[::-1])
    assert [part.share for part in reversed_] == pytest.approx([part.share for part in parts], abs=1e-9)


def test_groups_apart_do_not_overlap_and_equal_groups_have_no_difference() -> None:
    apart = Distribution.of([1, 2, 3, 10, 11, 12])
    split = decomposition.gini_by_group(apart, decomposition.by_group(apart, np.array([0, 0, 0, 1, 1, 1])))
    assert split.overlap == pytest.approx(0, abs=1e-12)

    alike = Distribution.of([1, 1, 5, 5])
    groups = decomposition.by_group(alike, np.array([0, 1, 0, 1]))
    assert decomposition.theil_t_by_group(alike, groups).between == pytest.approx(0, abs=1e-12)
    assert decomposition.gini_by_group(alike, groups).between == 0


def test_theil_by_group_by_hand() -> None:
    """Two groups of equal incomes, 1 and 3: all inequality is between them."""
    four = Distribution.of([1, 1, 3, 3])
    groups = decomposition.by_group(four, np.array([0, 0, 1, 1]))

    split = decomposition.theil_t_by_group(four, groups)
    assert split.within == 0
    assert split.between == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))
    assert decomposition.theil_l_by_group(four, groups).between == pytest.approx((np.log(2) + np.log(2 / 3)) / 2)


def test_growth_incidence_of_equal_growth_is_flat() -> None:
    before = Distribution.of(np.random.default_rng(2).lognormal(8, 0.6, 5000))
    after = Distribution.of(before.incomes * 1.1)
    found = growth_incidence(before, after, line=LINE)

    assert found.growth == pytest.approx(np.full(99, 0.1))
    assert found.mean_growth == pytest.approx(0.1)
    assert len(found.shares) == 99


def test_growth_of_the_poor_alone_is_pro_poor() -> None:
    before = Distribution.of([100, 200, 1000, 2000])
    after = Distribution.of([200, 400, 1000, 2000])
    found = growth_incidence(before, after, line=500, shares=np.array([0.1, 0.3, 0.9]))

    assert found.growth.tolist() == pytest.approx([1, 1, 0])
    # Both poor double their income: the fall of the Watts index is half of them × ln 2, over a headcount of one half.
    assert found.pro_poor == pytest.approx(np.log(2))


@settings(max_examples=25, deadline=None)
@given(INCOMES)
def test_a_standard_error_is_a_number_of_0_or_more(incomes: list[float]) -> None:
    distribution = Distribution.of(incomes)
    for measure in (*measures.inequality_measures(), *measures.relative_measures()):
        try:
            influence = measure.influence(distribution)
        except UndefinedError:
            continue
        assert linearised_error(influence, distribution.weights) >= 0
        assert np.isfinite(influence).all()


def test_relative_poverty_of_equal_incomes_is_none() -> None:
    assert relative.at_risk_rate(Distribution.of([7.0] * 5)) == 0
