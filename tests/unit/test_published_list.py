"""The list of published figures: every row says where its figure comes from, or why it comes from nowhere."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"
PLACES = {"shizong", "duan", "haikou", "yiyuan", "jincheng"}
WITHOUT_MART = {"awaits_feed", "contradicts", "unavailable"}
STATUSES = WITHOUT_MART | {"yes", "reported"}


def read(name: str) -> list[dict[str, str]]:
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def figures() -> list[dict[str, str]]:
    return read("published_figures.csv")


def test_all_five_reports_are_listed(figures: list[dict[str, str]]) -> None:
    by_place = Counter(row["place"] for row in figures)
    assert set(by_place) == PLACES
    least = {"shizong": 240, "duan": 150, "haikou": 140, "yiyuan": 32, "jincheng": 50}
    assert {place: by_place[place] for place in least if by_place[place] < least[place]} == {}


def test_every_figure_is_listed_once(figures: list[dict[str, str]]) -> None:
    keys = Counter((row["place"], row["period"], row["indicator"]) for row in figures)
    assert [key for key, count in keys.items() if count > 1] == []


def test_every_figure_has_a_source_or_a_reason(figures: list[dict[str, str]]) -> None:
    for row in figures:
        where = (row["place"], row["period"], row["indicator"])
        assert row["computable"] in STATUSES, where
        if row["computable"] == "yes":
            assert all(row[column] for column in ("model", "column", "filter", "scaling")), where
        else:
            assert row["note"], where
        if row["computable"] in WITHOUT_MART:
            assert not any(row[column] for column in ("model", "column", "filter")), where
        assert bool(row["model"]) == bool(row["scaling"]), where


def test_a_figure_that_waits_names_an_optional_feed_for_the_others_come(figures: list[dict[str, str]]) -> None:
    optional = {name for name, contract in load_contracts().items() if contract.is_optional}
    waiting = [row for row in figures if row["computable"] == "awaits_feed"]
    named = {(row["place"], row["indicator"]): row["note"].removeprefix("Feed ").split()[0] for row in waiting}
    assert {figure: feed for figure, feed in named.items() if feed not in optional} == {}
    assert named


def test_a_figure_beside_which_a_mart_has_only_an_assumed_number_is_reported(figures: list[dict[str, str]]) -> None:
    assumed = [row for row in figures if "kpi_" in row["note"] and "in the synthetic county (assumed)" in row["note"]]
    assert {row["indicator"]: row["computable"] for row in assumed if row["computable"] != "reported"} == {}
    assert assumed


def test_the_value_has_its_printed_digits(figures: list[dict[str, str]]) -> None:
    for row in figures:
        places = max(0, -int(Decimal(row["value"]).as_tuple().exponent))
        assert places <= max(0, int(row["printed_digits"])), (row["place"], row["indicator"])
        assert all(row[column] for column in ("unit", "sentence_ref", "area_level")), (row["place"], row["indicator"])


def test_a_place_with_a_contradicting_figure_stands_in_the_contradictions(figures: list[dict[str, str]]) -> None:
    places = {row["place"] for row in figures if row["computable"] == "contradicts"}
    assert places <= {row["place"] for row in read("contradictions.csv")}
