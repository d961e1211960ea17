"""The other places at 1/20, each through the whole pipeline: its report's figures come out, nothing is read wrong."""

from __future__ import annotations

import json

import polars as pl
import pytest

from pipelines.checking import check_figures
from pipelines.simulate.places import FIRST_PLACE, PLACES
from tests.conftest import Counties, PocketCounty
from tests.integration.test_truth import (
    files_by_name,
    missed_damage,
    planted_damage,
    rejected_without_damage,
    values_equal_to_the_truth,
)

# How many figures of its report a place must give at least.
LEAST_FIGURES = {"duan": 148, "haikou": 81, "jincheng": 38, "yiyuan": 28}


@pytest.fixture(scope="module", params=[place for place in PLACES if place != FIRST_PLACE])
def place(request: pytest.FixtureRequest, counties: Counties) -> PocketCounty:
    return counties(str(request.param))


def test_every_computable_figure_of_the_report_comes_out(place: PocketCounty) -> None:
    checks = check_figures(place.settings, place.scale)
    wrong = [(check.indicator, check.period, check.expected, check.computed) for check in checks if not check.is_equal]
    assert wrong == []
    assert len(checks) >= LEAST_FIGURES.get(place.settings.place, 0)


def test_what_was_planted_is_found_and_nothing_else_is_refused(place: PocketCounty) -> None:
    damage, by_name = planted_damage(place), files_by_name(place)
    assert missed_damage(place, damage, by_name) == []
    assert rejected_without_damage(place, damage, by_name) == set()
    stopped = {name for name, (receipt, ledger) in by_name.items() if (ledger.verdict if ledger else "") == "refused"}
    assert stopped <= set(damage["file"])


def test_nothing_accepted_differs_from_what_was_written(place: PocketCounty) -> None:
    assert values_equal_to_the_truth(place, files_by_name(place)) > 100_000


def test_the_place_has_one_name_and_a_prefecture_that_is_held_whole_its_own(place: PocketCounty) -> None:
    release = place.settings.marts_dir / place.settings.pointer_file.read_text(encoding="utf-8").strip()
    code = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["place"]["code"]
    named = pl.read_parquet(release / "dim_area.parquet").filter(pl.col("area_code") == code)
    assert named.height == 1
    assert "本库" not in named["area_name"][0]


def test_nobody_is_named_for_a_feed_that_the_office_is_not_sent(place: PocketCounty) -> None:
    release = place.settings.marts_dir / place.settings.pointer_file.read_text(encoding="utf-8").strip()
    light = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["data_light"]
    assert [reason["zh"] for reason in light["reasons"] if "从未报送" in reason["zh"]] == []
