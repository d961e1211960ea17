"""The county at 1/20 gives every printed figure that these feeds carry, apportioned by largest remainder."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines.checking import FigureCheck, check_figures
from tests.conftest import PocketCounty


@pytest.fixture(scope="module")
def checks(pocket: PocketCounty) -> list[FigureCheck]:
    return check_figures(pocket.settings, pocket.scale)


def test_every_printed_figure_comes_out(checks: list[FigureCheck]) -> None:
    wrong = [(check.indicator, check.period, check.expected, check.computed) for check in checks if not check.is_equal]
    assert wrong == []
    assert len(checks) >= 36


def test_the_check_notices_a_wrong_size(pocket: PocketCounty) -> None:
    assert any(not check.is_equal for check in check_figures(pocket.settings, pocket.scale * 2))


def release_folder(pocket: PocketCounty) -> Path:
    return pocket.settings.marts_dir / pocket.settings.pointer_file.read_text(encoding="utf-8").strip()


@pytest.mark.parametrize("level", ["village", "township", "county", "prefecture"])
def test_both_bridges_balance_in_every_month_at_every_level(pocket: PocketCounty, level: str) -> None:
    table = release_folder(pocket) / "kpi_register_bridge_area_month.parquet"
    months, areas, open_rows, moved = duckdb.execute(
        """
        select
            count(distinct period), count(distinct area_id), count(*) filter (is_balanced is not true),
            sum(natural_plus_person_count + natural_minus_person_count + transfer_in_household_count
                + split_household_count + merge_household_count + exited_household_count)
        from read_parquet($table) where area_level = $level
        """,
        {"table": str(table), "level": level},
    ).fetchall()[0]
    assert (months, open_rows) == (12, 0)
    assert areas == {"village": 110, "township": 10, "county": 1, "prefecture": 1}[level]
    assert moved > 0


@pytest.mark.parametrize("population", ["unexited", "registered"])
def test_the_levels_of_the_bridge_add_up(pocket: PocketCounty, population: str) -> None:
    table = release_folder(pocket) / "kpi_register_bridge_area_month.parquet"
    sums = duckdb.execute(
        """
        select period, count(distinct (sum_persons, sum_households)) from (
            select period, area_level, sum(closing_person_count) as sum_persons,
                sum(closing_household_count) as sum_households
            from read_parquet($table) where group_id = $population group by period, area_level
        ) group by period
        """,
        {"table": str(table), "population": population},
    ).fetchall()
    assert [count for _, count in sums] == [1] * 12
