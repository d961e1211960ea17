"""Printed figures at a smaller size: apportioned so that parts and total still agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.checking import largest_remainder
from pipelines.checking.figures import expected_figures

HOUSEHOLDS = [1414, 1171, 4332, 4683, 4923, 959, 90]


def test_exits_by_year_at_one_twentieth_as_computed_by_hand() -> None:
    # 70.70 58.55 216.60 234.15 246.15 47.95 4.50 → floors 875, total 878.6 → 879: four parts go up (.95 .70 .60 .55)
    assert largest_remainder(HOUSEHOLDS, 0.05) == [71, 59, 217, 234, 246, 48, 4]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=20), st.sampled_from([0.01, 0.05, 0.1, 1 / 3, 1.0]))
def test_no_part_moves_by_one_or_more_and_the_sum_is_the_rounded_total(parts: list[int], scale: float) -> None:
    shrunk = largest_remainder(parts, scale)
    exact = [Decimal(part) * Decimal(str(scale)) for part in parts]
    assert abs(sum(shrunk) - sum(exact)) <= Decimal("0.5")
    assert all(abs(whole - value) < 1 for whole, value in zip(shrunk, exact, strict=True))


def figure(indicator: str, value: str, scaling: str, natural_change: str = "", period: str = "2020") -> dict[str, str]:
    digits = str(len(value.partition(".")[2]))
    return {
        "indicator": indicator,
        "period": period,
        "value": value,
        "scaling": scaling,
        "natural_change": natural_change,
        "printed_digits": digits,
    }


def test_totals_follow_their_parts_and_natural_change_is_scaled_too() -> None:
    figures = [
        *(figure("exited", str(n), "group:households", period=str(2014 + i)) for i, n in enumerate(HOUSEHOLDS)),
        figure("sum", "17572", "group_total:households"),
        figure("registered", "17568", "group_total:households", "-4"),
        figure("remaining", "90", "part:households:2020"),
        figure("money", "11.35", "money"),
        figure("villages", "98", "none"),
        figure("population", "43.89", "total"),
    ]
    at_full_size = expected_figures(figures, 1)
    at_a_tenth = expected_figures(figures, 0.1)
    assert at_full_size[-6:] == [Decimal(value) for value in ("17572", "17568", "90", "11.35", "98", "43.89")]
    assert at_a_tenth[-6:] == [Decimal(value) for value in ("1757", "1757", "9", "1.135", "98", "4.39")]


def test_parts_that_shrink_each_for_itself_are_rounded_before_they_are_added() -> None:
    # 98.6 66.1 146.0 101.25 88.0 → 99 66 146 101 88 = 500, where a twentieth of 9999 is 499.95 → 500; at a fiftieth
    # 39.44 26.44 58.4 40.5 35.2 → 39 26 58 40 35 = 198, where a fiftieth of 9999 is 199.98 → 200.
    remaining = figure("remaining", "9999", "sum_of:1972+1322+2920+2025+1760")
    assert [expected_figures([remaining], scale) for scale in (1, 0.05, 0.02)] == [[9999], [500], [198]]
    money = figure("growth", "2.75", "sum_of:1.25+1.50")
    assert expected_figures([money], 0.1) == [Decimal("0.27")]


def test_parts_that_do_not_add_up_to_what_is_printed_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"remaining 2020 add up to 9998, not to 9999"):
        expected_figures([figure("remaining", "9999", "sum_of:9000+998")], 1)


def test_an_unknown_scaling_is_an_error_that_names_the_figure() -> None:
    with pytest.raises(ValueError, match="villages"):
        expected_figures([figure("villages", "98", "halved")], 1)
