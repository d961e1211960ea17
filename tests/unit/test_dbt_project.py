"""The dbt project keeps its own rules: one file pair per model, both languages, a card per figure, no clock."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from dashboards.navigation import names
from dashboards.words import Words
from pipelines.contracts import load_contracts
from pipelines.files import read_yaml
from pipelines.modelling.dbt import parse_project
from pipelines.modelling.sources import SOURCES_FILE, sources_text, write_sources
from pipelines.settings import PROJECT_DIR, Settings

PROJECT = Settings().dbt_dir
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
FIGURE = re.compile(r"(_count|_share|_cny|_days|_mu|days_late|days_since_arrival)$")
CARD_KEYS = {
    *("title", "unit", "direction", "numerator", "denominator"),
    *("definition", "source", "caveat", "decimals", "format", "owner"),
}
BILINGUAL = ("title", "unit", "definition", "source", "caveat", "owner")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = parse_project(PROJECT, tmp_path_factory.mktemp("parse"))
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def marts(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    nodes = manifest["nodes"].values()
    return {one["name"]: one for one in nodes if one["resource_type"] == "model" and one["schema"] == "marts"}


def test_the_committed_sources_are_those_of_the_contracts() -> None:
    committed = (PROJECT / SOURCES_FILE).read_text(encoding="utf-8")
    assert committed == sources_text(load_contracts().values()), "run `python -m pipelines.modelling.sources`"


def test_a_new_contract_becomes_a_source_with_its_typed_columns(tmp_path: Path) -> None:
    contract = load_contracts()["region"].model_copy(update={"feed": "wells"})
    path = write_sources([contract], tmp_path / "sources.yml")
    (source,) = read_yaml(path)["sources"]
    (table,) = source["tables"]
    assert table["name"] == "raw_civil_affairs__wells"
    assert {"name": "land_area_km2", "data_type": "DECIMAL(18,4)"} in table["columns"]


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_has_its_yml_beside_it_and_ends_in_final(model: Path) -> None:
    described = read_yaml(model.with_suffix(".yml"))["models"]
    assert [one["name"] for one in described] == [model.stem]
    assert model.read_text(encoding="utf-8").rstrip().endswith("select * from final")


@pytest.mark.parametrize("model", MODELS, ids=lambda path: path.stem)
def test_a_model_knows_the_month_from_the_run_and_not_from_the_clock(model: Path) -> None:
    clock = re.compile(r"\b(now|today|current_date|current_timestamp|getdate)\b", re.IGNORECASE)
    assert clock.findall(model.read_text(encoding="utf-8")) == []


def test_every_feed_has_one_staging_model() -> None:
    staging = [path.read_text(encoding="utf-8") for path in MODELS if path.stem.startswith("stg_")]
    for contract in load_contracts().values():
        assert sum(f"source('bronze', '{contract.table}')" in text for text in staging) == 1, contract.feed
    assert len(staging) == len(load_contracts())


def test_marts_are_contracted_and_described_in_both_languages(marts: dict[str, dict[str, Any]]) -> None:
    both = re.compile(r"^.*[\u4e00-\u9fff].*。 \| [A-Z0-9].*\.$")
    assert len(marts) >= 29
    for name, model in marts.items():
        assert model["contract"]["enforced"], name
        assert both.match(model["description"]), name
        for column in model["columns"].values():
            assert both.match(column["description"]), f"{name}.{column['name']}"
            assert column["data_type"], f"{name}.{column['name']}"


def test_every_figure_of_a_kpi_has_a_complete_card(marts: dict[str, dict[str, Any]]) -> None:
    figures = [
        (name, column)
        for name, model in marts.items()
        if name.startswith("kpi_")
        for column in model["columns"].values()
        if FIGURE.search(column["name"])
    ]
    assert len(figures) >= 228
    for name, column in figures:
        card, where = column["config"]["meta"]["card"], f"{name}.{column['name']}"
        assert set(card) == CARD_KEYS, where
        assert all(set(card[key]) == {"zh", "en"} for key in BILINGUAL), where
        assert card["direction"] in ("up", "down", "neutral"), where
        assert card["format"] in ("count", "share", "cny", "number"), where


def test_a_share_travels_with_its_numerator_and_denominator(marts: dict[str, dict[str, Any]]) -> None:
    ratios = {
        f"{name}.{column['name']}": (column["config"]["meta"]["card"], model["columns"])
        for name, model in marts.items()
        for column in model["columns"].values()
        # A bar is a parameter; rates of earlier years stand with their parts in the rows of those years.
        if re.search(r"^(?!earlier_)(?!.*_(?:bar|previous)_).*_share$", column["name"])
    }
    assert len(ratios) >= 32
    for where, (card, columns) in ratios.items():
        assert {card["numerator"], card["denominator"]} <= set(columns), where


def test_each_page_is_an_exposure_of_published_tables(manifest: dict[str, Any]) -> None:
    exposures = {one["name"]: one["depends_on"]["nodes"] for one in manifest["exposures"].values()}
    pages = PROJECT_DIR / "dashboards" / "views"
    assert set(exposures) == {p.stem for p in pages.glob("*.py") if "layout.page(" in p.read_text(encoding="utf-8")}
    for page, nodes in exposures.items():
        assert {manifest["nodes"][node]["schema"] for node in nodes} == {"marts"}, page


SQL_WORDS = {
    "sum",
    "min",
    "max",
    "count",
    "distinct",
    "floor",
    "power",
    "list",
    "list_sort",
    "case",
    "when",
    "then",
    "else",
    "end",
}


def test_published_figures_name_columns_that_exist(marts: dict[str, dict[str, Any]]) -> None:
    with (PROJECT / "seeds" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        figures = [row for row in csv.DictReader(file) if row["model"]]
    assert len(figures) >= 67
    for figure in figures:
        names = set(re.findall(r"[a-z_]\w*", re.sub(r"'[^']*'", "", figure["column"]))) - SQL_WORDS
        assert names or figure["column"] == "count(*)", figure
        assert names <= set(marts[figure["model"]]["columns"]), figure


def test_a_missing_month_of_the_run_is_an_error_and_not_a_default(tmp_path: Path) -> None:
    from dbt.cli.main import dbtRunner

    outputs = ["--target-path", str(tmp_path / "target"), "--log-path", str(tmp_path / "logs")]
    places = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    outcome = dbtRunner().invoke(["--quiet", "run", "--select", "int_feed_periods", *places, *outputs])
    assert not outcome.success
    assert any("as_of_period is missing" in str(one.message) for one in outcome.result.results)


def test_the_documents_list_what_is_staged_and_read_by_no_mart() -> None:
    text = (PROJECT_DIR / "docs" / "systems.md").read_text(encoding="utf-8")
    section = text.split("## Staged and read by no mart")[1].split("\n## ")[0]
    listed = set(re.findall(r"^\| `(stg_\w+)` \|", section, re.MULTILINE))
    code = "\n".join(path.read_text(encoding="utf-8") for path in MODELS if "staging" not in path.parts)
    staged = {path.stem for path in MODELS if "staging" in path.parts}
    assert listed == {name for name in staged if f"'{name}'" not in code}


def test_every_page_mart_and_report_that_the_documents_name_exists() -> None:
    words = Words("zh")
    pages = {words(f"{name}.name") for name in names()}
    tables = {path.stem for path in (*MODELS, *PROJECT.glob("seeds/**/*.csv"))}
    reports = {"Shizong", "Du'an", "Haikou", "Yiyuan", "Jincheng", "all", "all five", "practice"}
    text = (PROJECT_DIR / "docs" / "systems.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("| ")]
    listed = [row for row in rows if len(row) == 5 and row[2] != "page"]
    assert len(listed) > 140
    for what, told_by, page, mart, remark in listed:
        named = {name.strip() for name in re.sub(r"`[^`]+`", "", page).split(",")} - {""}
        assert named <= pages, (what, named - pages)
        assert set(told_by.split(", ")) <= reports, (what, told_by)
        found = {name.split(".")[0] for name in re.findall(r"`([^`]+)`", mart)}
        assert found <= tables, (what, found - tables)
        assert page or remark, f"neither a page nor a reason: {what}"
