"""Two releases compared for one place: what changed, which files stand behind it, and what stays hidden."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from dashboards import revisions
from dashboards.data import Area, Release, kept, opened
from pipelines.settings import get_settings
from tests.browser.fixture_release import COUNTY, PREVIOUS, RELEASE, build_marts
from tests.unit.test_dashboards_pages import open_page


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_marts(tmp_path_factory.mktemp("revisions") / "marts")


def opened_releases(marts: Path, small_cell: int = 0) -> tuple[Release, Release]:
    before, now = (opened(marts, one, small_cell) for one in (PREVIOUS, RELEASE))
    assert before is not None
    assert now is not None
    return before, now


def area(release: Release, code: str) -> Area:
    found = release.area(code)
    assert found is not None
    return found


def test_kept_releases_are_listed_newest_first(marts: Path) -> None:
    assert kept(marts) == (RELEASE, PREVIOUS)
    assert opened(marts, "20190101T000000Z-0") is None


def test_a_release_does_not_differ_from_itself(marts: Path) -> None:
    _, now = opened_releases(marts)
    assert revisions.changed_figures(now, now, area(now, COUNTY)).is_empty()
    assert revisions.new_files(now, now).is_empty()


def test_each_changed_figure_is_the_one_of_the_tables(marts: Path) -> None:
    before, now = opened_releases(marts)
    found = revisions.changed_figures(before, now, area(now, COUNTY))
    changed = found.filter(pl.col("change") == "changed")
    assert changed.height > 0
    for row in changed.filter(pl.col("group") == "all").iter_rows(named=True):
        key = {"area_id": COUNTY, "period": row["period"], "group_id": "all"}
        for side, name in ((before, "before"), (now, "now")):
            assert row[name] == side.first(row["model"], key)[row["column"]]


def test_a_table_without_a_place_is_left_out(marts: Path) -> None:
    before, now = opened_releases(marts)
    known = revisions.changed_figures(before, now, area(now, COUNTY))
    entries = {"computed_value": {"card": {"unit": "count"}}}
    with_list = [
        replace(one, manifest=one.manifest | {"tables": [*one.manifest["tables"], "kpi_printed"]})
        for one in (before, now)
    ]
    for one in with_list:
        one.cards["kpi_printed"] = entries
    assert revisions.changed_figures(*with_list, area(now, COUNTY)).equals(known)


def test_new_files_say_how_they_stand_to_those_before(marts: Path) -> None:
    before, now = opened_releases(marts)
    files = revisions.new_files(before, now)
    known = {one["receipt_id"] for one in before.manifest["inputs"]}
    assert not set(files["receipt_id"]) & known
    assert set(files["kind"]) <= {"new_period", "corrected", "late"}
    assert files.height == len({one["receipt_id"] for one in now.manifest["inputs"]} - known)


def test_a_small_count_is_in_neither_column(marts: Path) -> None:
    before, now = opened_releases(marts, small_cell=1_000_000)
    found = revisions.changed_figures(before, now, area(now, "530323102202"))
    persons = found.filter(pl.col("column").str.ends_with("_person_count"))
    assert persons["before"].drop_nulls().is_empty()
    assert persons["now"].drop_nulls().is_empty()


def test_a_new_or_vanished_small_count_is_hidden_and_not_said_to_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marts = build_marts(tmp_path / "marts")
    for release, table, period in (
        (PREVIOUS, "kpi_register_bridge_area_month", "2020-11"),
        (RELEASE, "kpi_exit_area_year", "2014"),
    ):
        file = marts / release / f"{table}.parquet"
        pl.read_parquet(file).filter(pl.col("period") != period).write_parquet(file)
    before, now = opened_releases(marts, small_cell=1_000_000)
    found = revisions.changed_figures(before, now, area(now, "530323102202")).sort("model", "column", "period")
    assert found.filter("hidden_now", ~pl.col("hidden_before"), change="new").height > 0
    assert found.filter("hidden_before", ~pl.col("hidden_now"), change="gone").height > 0
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("XIANQING_SMALL_CELL", "1000000")
    get_settings.cache_clear()
    app = open_page("revisions", area="530323102202")
    get_settings.cache_clear()
    [listed] = [one.value for one in app.dataframe if "before" in one.value.columns]
    for side in ("before", "now"):
        is_hidden = found[f"hidden_{side}"].to_list()
        assert [text == "*" for text in listed[side]] == is_hidden, side
