"""The only opener of data/marts: it follows the pointer, stays inside one release, and keeps null apart from 0."""

import json
from pathlib import Path

import duckdb
import pytest

from dashboards import data
from tests.browser.fixture_release import COUNTY, PREVIOUS, RELEASE, build_marts


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marts(tmp_path_factory.mktemp("marts"))


@pytest.fixture
def release(marts: Path) -> data.Release:
    found = data.current(marts)
    assert found is not None
    return found


def test_before_the_first_publication_there_is_no_release_and_no_status(tmp_path: Path) -> None:
    assert data.current(tmp_path) is None
    assert data.status(tmp_path) == {}


def test_a_release_that_was_resolved_stays_when_the_pointer_moves(tmp_path: Path) -> None:
    marts = build_marts(tmp_path)
    held = data.current(marts)
    assert held is not None
    (marts / "current").write_text(PREVIOUS, encoding="utf-8")
    key = {"area_id": COUNTY, "period": "2018"}
    moved = data.current(marts)
    assert moved is not None
    assert (held.release_id, moved.release_id) == (RELEASE, PREVIOUS)
    now, then = (found.first("kpi_exit_area_year", key)["exited_person_count"] for found in (held, moved))
    assert (now, then) == (51, 48)


def test_previous_release_is_found_or_none(marts: Path, release: data.Release) -> None:
    before = data.previous(marts, release)
    assert before is not None
    assert before.release_id == PREVIOUS
    assert data.previous(marts, before) is None


def test_null_and_zero_stay_apart(release: data.Release) -> None:
    key = {"period": "2020-11", "fund_scope": "current_year", "group_type": "all"}
    village = release.first("kpi_fund_area_month", key | {"area_id": "530323001001"})
    county = release.first("kpi_fund_area_month", key | {"area_id": COUNTY})
    assert village["allocated_cny"] is None
    assert county["carry_over_over_2_years_cny"] == 0.0
    assert county["allocated_cny"] == 129_000_000.0


def test_an_area_without_a_row_is_an_empty_row(release: data.Release) -> None:
    assert release.first("kpi_exit_area_year", {"area_id": "530323999000", "period": "2018"}) == {}


def test_a_table_without_rows_offers_the_months_of_the_other_tables(release: data.Release) -> None:
    fund = release.months("kpi_fund_area_month")
    assert fund == release.periods("kpi_fund_area_month")
    assert fund
    bridge = "kpi_register_bridge_area_month"
    release._kept.clear()
    empty = release.rows(bridge, {"area_id": "999999000000"})
    release._kept[(bridge, (), (("area_id", release.home.code),))] = empty
    assert release.periods(bridge) == ()
    assert set(fund) <= set(release.months(bridge))


def test_values_are_bound_and_never_part_of_the_statement(release: data.Release) -> None:
    rows = release.rows("dim_area", {"area_code": "' or 1 = 1 --"})
    assert rows.height == 0
    assert release.rows("dim_area", {"area_code": (COUNTY, "530323001000")}).height == 2


def test_a_table_outside_the_release_is_refused(release: data.Release) -> None:
    with pytest.raises(KeyError):
        release.rows("../status")


def test_the_connection_reads_nothing_outside_the_release(marts: Path, release: data.Release, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_text("a\n1\n", encoding="utf-8")
    release.rows("dim_area")
    for target in (elsewhere, marts / "status.json"):
        with pytest.raises(duckdb.PermissionException):
            release._connection.sql("select * from read_text($file)", params={"file": str(target)}).fetchall()
    with pytest.raises(duckdb.Error):
        release._connection.execute("set enable_external_access = true")


def test_the_path_of_a_village_leads_from_the_prefecture(release: data.Release) -> None:
    assert [area.name for area in release.path("530323001001")] == [
        "曲靖市",
        "师宗县",
        "丹凤街道",
        "丹凤社区居民委员会",
    ]
    assert release.home.name == "师宗县"
    assert [area.name for area in release.children(COUNTY)] == ["丹凤街道", "雄壁镇", "龙庆彝族壮族乡"]


def test_a_place_with_history_is_known_by_its_newest_name(tmp_path: Path) -> None:
    import polars as pl

    marts = build_marts(tmp_path)
    file = marts / RELEASE / "dim_area.parquet"
    frame = pl.read_parquet(file)
    old = frame.filter(pl.col("area_code") == COUNTY).with_columns(
        area_name=pl.lit("旧名县"), valid_from=pl.date(1990, 1, 1)
    )
    pl.concat([frame, old]).write_parquet(file)
    release = data.current(marts)
    assert release is not None
    assert release.home.name == "师宗县"


def test_status_is_read_as_it_was_written(marts: Path) -> None:
    assert data.status(marts) == json.loads((marts / "status.json").read_text(encoding="utf-8"))
