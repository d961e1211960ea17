"""One household on one page: closed by default, recorded before anything shows, every table that knows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dashboards import dossier, openings
from dashboards.data import Release
from dashboards.words import Words

HERS, OTHERS = "a" * 64, "b" * 64
TABLES: dict[str, list[dict[str, Any]]] = {
    "dim_household": [
        {"household_key": key, "area_code": "530323102202", "recognised_year": 2014, "exit_year": 2017,
         "person_count": 3, "main_poverty_cause": "因病", "is_listed": key == HERS}
        for key in (OTHERS, HERS)
    ],
    "dim_person": [
        {"household_key": HERS, "person_key": "p1", "sex": "女"},
        {"household_key": OTHERS, "person_key": "p2", "sex": "男"},
    ],
    "fct_income": [{"household_key": HERS, "income_year": year, "net_income_cny": 1000.0 * year, "note": None}
                   for year in (2018, 2020, 2019)],
    "fct_training": [{"person_key": "p1", "training_type": "电工", "has_certificate": True},
                     {"person_key": "p2", "training_type": "厨师", "has_certificate": True}],
    "fct_late_arrival": [{"household_key": HERS, "period": "2020-01"}],
    "fct_project": [{"area_id": "530323102202", "budget_cny": 1.0}],
}  # fmt: skip


@pytest.fixture
def release(tmp_path: Path) -> Release:
    cards: dict[str, Any] = {}
    for name, rows in TABLES.items():
        pl.DataFrame(rows).write_parquet(tmp_path / f"{name}.parquet")
        described = {"description_zh": f"{name}的说明。更多", "description_en": f"About {name}. More"}
        cards[name] = {column: described | {"card": None} for column in rows[0]} | {"__model__": described}
    tables = {name: {"file": f"{name}.parquet"} for name in TABLES}
    return Release(tmp_path, {"tables": tables, "release_id": "r"}, cards)


def test_only_rows_of_the_household_and_its_members_are_shown(release: Release) -> None:
    parts = {part.table: part.frame for part in dossier.parts(release, Words("zh"), HERS)}
    assert set(parts) == {"dim_household", "dim_person", "fct_income", "fct_training", "fct_late_arrival"}
    assert parts["fct_training"]["training_type"].to_list() == ["电工"]
    assert parts["dim_person"].height == 1


def test_the_register_stands_first_and_a_table_nobody_named_comes_by_itself(release: Release) -> None:
    tables = [part.table for part in dossier.parts(release, Words("zh"), HERS)]
    assert tables[:2] == ["dim_household", "dim_person"]
    assert tables[-1] == "fct_late_arrival"


def test_the_newest_row_is_on_top_and_columns_that_say_nothing_are_left_out(release: Release) -> None:
    [income] = [part for part in dossier.parts(release, Words("zh"), HERS) if part.table == "fct_income"]
    assert income.frame["income_year"].to_list() == [2020, 2019, 2018]
    assert "note" not in income.frame.columns
    assert income.title == "fct_income的说明"


def test_yes_and_no_are_words_of_the_reader(release: Release) -> None:
    for language, yes in (("zh", "是"), ("en", "yes")):
        parts = {part.table: part.frame for part in dossier.parts(release, Words(language), HERS)}  # type: ignore[arg-type]
        assert parts["fct_training"]["has_certificate"].to_list() == [yes]


def test_a_key_of_no_register_shows_nothing(release: Release) -> None:
    with pytest.raises(KeyError):
        dossier.parts(release, Words("zh"), "c" * 64)


def test_listed_households_of_the_village_come_first(release: Release) -> None:
    assert dossier.households(release, "530323102202")["household_key"].to_list() == [HERS, OTHERS]
    assert dossier.households(release, "530323102001").is_empty()


def test_an_opening_is_on_the_disk_with_time_reader_and_reason(tmp_path: Path) -> None:
    for reason in ("visit", "check"):
        openings.record(tmp_path / "state", household_key=HERS, release_id="r", reason=reason, reader="甲")
    lines = [json.loads(line) for line in (tmp_path / "state" / openings.FILE).read_text("utf-8").splitlines()]
    assert [line["reason"] for line in lines] == ["visit", "check"]
    assert all(line["household_key"] == HERS and line["at"] and line["reader"] == "甲" for line in lines)
    assert [one["reason"] for one in openings.recorded(tmp_path / "state", HERS)] == ["check", "visit"]
    assert openings.recorded(tmp_path / "state", OTHERS) == []


def test_without_a_reason_nothing_is_recorded_and_nothing_opens(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no reason"):
        openings.record(tmp_path, household_key=HERS, release_id="r", reason="curious", reader="甲")
    assert not (tmp_path / openings.FILE).exists()
