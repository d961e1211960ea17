"""A report against a published release: tied by title, unit and year, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.factcheck.against import UnknownReleaseError, published_figures
from pipelines.factcheck.check import check_text

HOME = "990101000000"


@pytest.fixture
def figures(tmp_path: Path) -> list[dict[str, Any]]:
    folder = tmp_path / "20201231T000000000Z-00000000"
    folder.mkdir()
    common = {"area_id": HOME, "group_type": "all"}
    rows = [
        {"period": "2019", "exited_household_count": 959, "poverty_incidence_share": 0.0071, **common},
        {"period": "2020", "exited_household_count": 90, "poverty_incidence_share": 0.0, **common},
        {"period": "2020", "exited_household_count": 7, "poverty_incidence_share": 0.0, **common, "area_id": "99"},
    ]
    pl.DataFrame(rows).write_parquet(folder / "kpi_exit_area_year.parquet")
    cards = {
        "exited_household_count": {"card": {"title": {"zh": "当年脱贫户数"}, "unit": {"zh": "户"}}},
        "poverty_incidence_share": {"card": {"title": {"zh": "贫困发生率"}, "unit": {"zh": "%"}}},
    }
    (folder / "cards.json").write_text(json.dumps({"kpi_exit_area_year": cards}), encoding="utf-8")
    tables = {"kpi_exit_area_year": {"file": "kpi_exit_area_year.parquet"}}
    manifest = {"tables": tables, "place": {"code": HOME}}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return published_figures(tmp_path, folder.name)


def sourced(text: str, figures: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["verdict"], one["source"]) for one in check_text(text, published=figures) if "source" in one]


def test_only_the_home_areas_years_are_taken(figures: list[dict[str, Any]]) -> None:
    assert [(one["year"], one["value"]) for one in figures if one["unit"] == "户"] == [("2019", "959"), ("2020", "90")]


def test_an_equal_and_another_figure_are_told_with_their_source(figures: list[dict[str, Any]]) -> None:
    text = "2019年全县当年脱贫959户，贫困发生率0.71%。2020年当年脱贫95户。"
    assert sourced(text, figures) == [
        ("consistent", "kpi_exit_area_year.exited_household_count"),
        ("consistent", "kpi_exit_area_year.poverty_incidence_share"),
        ("inconsistent", "kpi_exit_area_year.exited_household_count"),
    ]


@pytest.mark.parametrize(
    "text", ["全县当年脱贫77户。", "2019年城关镇当年脱贫77户。", "2018年当年脱贫77户。", "2019年计划当年脱贫77户。"]
)
def test_what_cannot_be_tied_is_left_alone(figures: list[dict[str, Any]], text: str) -> None:
    assert sourced(text, figures) == []


def test_an_unknown_release_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnknownReleaseError, match="20990101"):
        published_figures(tmp_path, "20990101")
    with pytest.raises(UnknownReleaseError):
        published_figures(tmp_path, "../marts")
