"""One place on one page: every figure named there is one of the marts, and each is the newest that is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import profile
from dashboards.data import Area, Release
from pipelines.files import read_yaml
from pipelines.settings import PROJECT_DIR, get_settings
from tests.browser.fixture_release import build_marts
from tests.unit.test_dashboards_pages import open_page

MARTS = PROJECT_DIR / "dbt_project" / "models" / "marts"
VILLAGE = Area("530323102202", "village", "雨柱村民委员会", "530323102000")


@pytest.fixture(scope="module")
def columns() -> dict[str, dict[str, Any]]:
    models: dict[str, dict[str, Any]] = {}
    for path in MARTS.rglob("*.yml"):
        for model in read_yaml(path)["models"]:
            models[model["name"]] = {column["name"]: column for column in model["columns"]}
    return models


@pytest.mark.parametrize("subject", profile.SUBJECTS, ids=lambda subject: subject.name)
def test_a_subject_names_figures_that_have_a_card(columns: dict[str, dict[str, Any]], subject: profile.Subject) -> None:
    for name in subject.columns:
        card = columns[subject.model][name].get("config", {}).get("meta", {}).get("card")
        assert card, f"{subject.model}.{name}"


@pytest.mark.parametrize("wanted", profile.LISTS, ids=lambda wanted: wanted.name)
def test_a_list_names_columns_of_its_table(columns: dict[str, dict[str, Any]], wanted: profile.List) -> None:
    assert {*wanted.columns, "area_code", *([wanted.only] if wanted.only else [])} <= set(columns[wanted.table])


def release_of(folder: Path, rows: list[dict[str, Any]]) -> Release:
    pl.DataFrame(rows).write_parquet(folder / "kpi.parquet")
    return Release(folder, {"tables": {"kpi_water_area_year": {"file": "kpi.parquet"}}}, {})


def test_the_newest_known_period_is_taken_and_none_from_the_future(tmp_path: Path) -> None:
    rows = [
        {"area_id": VILLAGE.code, "group_type": "all", "group_id": "all", "period": year, "safe_water_share": value,
         "tap_water_share": None}
        for year, value in (("2017", 0.5), ("2018", 0.9), ("2019", None), ("2021", 1.0))
    ]  # fmt: skip
    subject = profile.Subject("water", "kpi_water_area_year", ("safe_water_share", "tap_water_share"))
    period, row = profile.newest(release_of(tmp_path, rows), subject, "safe_water_share", VILLAGE, "2020-06")
    assert (period, row["safe_water_share"]) == ("2018", 0.9)


def test_a_place_that_reported_nothing_has_an_empty_row(tmp_path: Path) -> None:
    rows = [{"area_id": "x", "group_type": "all", "group_id": "all", "period": "2018", "safe_water_share": 0.5}]
    subject = profile.Subject("water", "kpi_water_area_year", ("safe_water_share",))
    assert profile.newest(release_of(tmp_path, rows), subject, "safe_water_share", VILLAGE, "2020-06") == (
        "2020-06",
        {},
    )


def test_a_month_stands_whole_in_its_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(tmp_path))
    get_settings.cache_clear()
    build_marts(tmp_path / "marts")
    try:
        app = open_page("village", area=VILLAGE.code, lang="en")
    finally:
        get_settings.cache_clear()
    assert any("<td class=whole>November 2020</td>" in block.proto.body for block in app.html)
