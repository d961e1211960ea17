"""A run builds what has changed, and what it publishes is what a run that builds everything publishes."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.contracts import load_contracts
from pipelines.landing import land
from pipelines.modelling import carrying
from pipelines.modelling.build import build
from pipelines.modelling.dbt import current_project
from pipelines.modelling.statements import STATEMENTS_FILE
from pipelines.publishing.manifest import Manifest
from pipelines.publishing.releases import current_release_id, release_folder, verify_release
from pipelines.run import RunResult, run_pipeline, start_run
from pipelines.settings import Settings
from tests.integration.small_county import land_payments, new_county, payments, write_csv

MONTHS_DBT = Path(__file__).with_name("months_dbt")


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """One month published, with a dbt project and contracts of its own."""
    settings = new_county(tmp_path / "data")
    settings = settings.model_copy(
        update={
            "dbt_dir": shutil.copytree(MONTHS_DBT, tmp_path / "dbt", ignore=shutil.ignore_patterns("target")),
            "contracts_dir": shutil.copytree(settings.contracts_dir, tmp_path / "contracts"),
        }
    )
    land_payments(settings, tmp_path / "in", 1, ["100.00", "250.50"])
    assert run_pipeline(settings).state == "published"
    return settings


class Watched:
    """What every run executed, by name; roots are always executed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []

        def watched(*arguments: object, **options: object) -> object:
            built = build(*arguments, **options)  # type: ignore[arg-type]
            self.names = [node.name for node in built.nodes if not node.is_standing and node.kind == "model"]
            return built

        monkeypatch.setattr("pipelines.run.build", watched)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


def published(settings: Settings) -> Manifest:
    release_id = current_release_id(settings)
    assert release_id is not None
    return verify_release(settings, release_id)


def in_full(settings: Settings, folder: Path, **options: object) -> Manifest:
    """What a run by dbt of everything publishes from the same state, in a copy without any release."""
    shutil.copytree(settings.data_dir, folder, copy_function=os.link)
    copy = settings.model_copy(update={"data_dir": folder})
    shutil.rmtree(copy.marts_dir)
    assert run_pipeline(copy, full=True, **options).state == "published"  # type: ignore[arg-type]
    return published(copy)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, path
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


ROOTS = {"int_feed_periods", "int_years"}
PAID = {"stg_payments", "fct_payment", "kpi_fund_area_month"}
Step = tuple[str, Callable[[Settings, Path], RunResult], set[str]]


def _month(settings: Settings, folder: Path) -> RunResult:
    land_payments(settings, folder / "in", 3, ["10.00"])
    return run_pipeline(settings)


def _correction(settings: Settings, folder: Path) -> RunResult:
    land_payments(settings, folder / "corrected", 1, ["100.00", "99.50"])
    return run_pipeline(settings)


def _back(settings: Settings, folder: Path) -> RunResult:
    """The file of before comes again, so that the correction no longer counts."""
    file = write_csv(folder / "again" / "国库集中支付明细2020年1月.csv", payments(1, ["100.00", "250.50"]))
    assert land([file], settings, feed="fund_payment", period="2020-01")[0].outcome == "landed"
    return run_pipeline(settings)


def _gone(settings: Settings, _: Path) -> RunResult:
    """Receipt and results of the third month are taken away by hand."""
    for folder in (settings.raw_dir, settings.bronze_dir):
        shutil.rmtree(folder / "finance" / "fund_payment" / "2020-03")
    return run_pipeline(settings)


def _seed(settings: Settings, _: Path) -> RunResult:
    edit(settings.dbt_dir / "seeds" / "bars.csv", "0.92", "0.95")
    return run_pipeline(settings)


def _macro(settings: Settings, _: Path) -> RunResult:
    edit(settings.dbt_dir / "macros" / "in_wan.sql", "/ 10000", "/ 1000")
    return run_pipeline(settings)


def _test(settings: Settings, _: Path) -> RunResult:
    edit(settings.dbt_dir / "models" / "marts" / "marts.yml", ">= 1000000", ">= 2000000")
    return run_pipeline(settings)


def _contract(settings: Settings, _: Path) -> RunResult:
    edit(settings.contracts_dir / "fund_payment.yml", "due_day: 8", "due_day: 9")
    load_contracts.cache_clear()
    return run_pipeline(settings)


def _earlier(settings: Settings, _: Path) -> RunResult:
    return run_pipeline(settings, as_of_period="2020-01")


STEPS: list[Step] = [
    ("a new month", _month, PAID | {"ops_delivery"}),
    ("a correction", _correction, PAID | {"ops_delivery"}),
    ("the old file again", _back, PAID | {"ops_delivery"}),
    ("an earlier month asked for", _earlier, PAID),
    ("a file taken away", _gone, {"ops_delivery"}),
    ("a seed", _seed, PAID | {"kpi_year", "dim_area"}),
    ("a macro", _macro, PAID),
    ("a test", _test, set()),
    ("a contract", _contract, PAID),
]


def test_a_sequence_of_events_gives_what_a_full_run_gives(county: Settings, tmp_path: Path, watched: Watched) -> None:
    for number, (name, event, executed) in enumerate(STEPS):
        watched.names = []
        outcome = event(county, tmp_path)
        built = set(watched.names)
        month = {"as_of_period": "2020-01"} if event is _earlier else {}
        expected, found = in_full(county, tmp_path / f"full-{number}", **month), published(county)

        assert outcome.state in ("published", "nothing_new"), name
        assert found.content_hash == expected.content_hash, name
        assert {key: table.content_hash for key, table in found.tables.items()} == {
            key: table.content_hash for key, table in expected.tables.items()
        }, name
        assert built - ROOTS == executed, name


def test_a_damaged_table_is_noticed_and_built_again(county: Settings, tmp_path: Path, watched: Watched) -> None:
    before = published(county)
    file = release_folder(county, before.release_id) / "dim_area.parquet"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"?")
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    run_pipeline(county)

    assert "dim_area" in watched.names
    assert published(county).tables["dim_area"].content_hash == before.tables["dim_area"].content_hash


def test_a_table_changed_after_it_was_looked_at_stops_the_run(
    county: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = published(county)
    folder = release_folder(county, before.release_id)
    show_files = carrying.show_files

    def show_then_swap(*arguments: object) -> None:
        show_files(*arguments)  # type: ignore[arg-type]
        (folder / "kpi_year.parquet").unlink()
        duckdb.execute(
            f"copy (select '1999' as calendar_year, cast(1 as decimal(18, 4)) as bar_share, 1::bigint as area_count)"
            f" to '{folder / 'kpi_year.parquet'}' (format parquet)"
        )

    monkeypatch.setattr("pipelines.modelling.build.show_files", show_then_swap)
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    with pytest.raises(Exception, match="kpi_year differ"):
        run_pipeline(county)
    assert current_release_id(county) == before.release_id


def test_results_that_stand_are_said_to_stand(county: Settings, tmp_path: Path) -> None:
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    gate = next(each for each in run_pipeline(county).gates if each.name == "dbt")
    assert "of them stand" in gate.en
    assert "沿用" in gate.zh
    rows = {check.subject: check.examined_count for check in gate.checks}
    assert rows["unique_kpi_year_calendar_year"] == 1


def test_without_a_record_or_with_another_releases_everything_is_built(
    county: Settings, tmp_path: Path, watched: Watched
) -> None:
    record = county.state_dir / carrying.RECORD_FILE
    record.write_text(record.read_text().replace(str(current_release_id(county)), "20200101T000000000Z-00000000"))
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    run_pipeline(county)
    assert set(watched.names) == ROOTS | PAID | {"dim_area", "kpi_year", "ops_delivery"}


def test_a_long_run_needs_no_project_that_newer_ones_have_pushed_out(county: Settings, tmp_path: Path) -> None:
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    with start_run(county) as run:
        run.intake()
        run.build()
        shutil.rmtree(current_project(county).folder)
        run.audit()
        run.verify()
        assert run.publish().is_new


def test_the_countys_own_project_is_executed_without_dbt(pocket_county: Settings) -> None:
    statements = current_project(pocket_county).folder / STATEMENTS_FILE
    assert json.loads(statements.read_text())["uncertain"] is None
    assert carrying.read_kept(pocket_county) is not None
