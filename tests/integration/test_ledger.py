"""``xianqing ledger`` on a published county: the same figures and the same text as the dashboards, nothing personal."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import polars as pl
import pytest
from typer.testing import CliRunner

from dashboards.data import current, status
from dashboards.ledgers import all_files, note, parts
from pipelines.cli import app
from pipelines.letters import letter
from pipelines.reporting import file_accounts
from pipelines.settings import Settings, get_settings

COUNTS = ("row_in_count", "accepted_count", "rejected_count", "non_data_count")


@pytest.fixture(autouse=True)
def county(pocket_county: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("XIANQING_DATA_DIR", str(pocket_county.data_dir))
    get_settings.cache_clear()
    yield pocket_county
    get_settings.cache_clear()


def run(*arguments: str) -> str:
    result = CliRunner().invoke(app, ["ledger", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_line_and_the_release_have_the_same_figures(county: Settings) -> None:
    release = current(county.marts_dir)
    assert release is not None
    told = {one["receipt_id"]: one for one in json.loads(run("--json"))}
    for row in release.rows("ops_delivery").iter_rows(named=True):
        one = told[row["receipt_id"]]
        assert [one[name] for name in COUNTS] == [row[name] for name in COUNTS], row["file_name"]
        assert one["verdict"] == row["verdict"]
        if row["verdict"] in ("accepted", "accepted_with_rejects"):
            assert one["is_balanced"]
    doubts = release.rows("ops_doubt", {"kind": "rejected"})
    counted = {name: one["reason_counts"] for name, one in told.items() if one.get("reason_counts")}
    assert sum(sum(counts.values()) for counts in counted.values()) == doubts["doubt_count"].sum()


def test_the_text_of_the_command_line_is_the_text_of_the_page(county: Settings) -> None:
    release = current(county.marts_dir)
    assert release is not None
    files = all_files(release, status(county.marts_dir)).filter("asks", pl.col("verdict") != "held")
    by = dt.date(2020, 12, 17)
    accounts = {one.ledger.receipt_id: one for one in file_accounts(county)}
    assert files.height
    for row in files.iter_rows(named=True):
        shown = letter(row["department_zh"], [note(row, parts(release, [row["receipt_id"]]))], by=by)
        told = letter(row["department_zh"], [accounts[row["receipt_id"]].note()], by=by)
        assert told == shown


def test_the_texts_hold_no_value_and_every_department_once(county: Settings) -> None:
    release = current(county.marts_dir)
    assert release is not None
    texts = json.loads(run("--message", "--json"))
    departments = [one["department"] for one in texts]
    assert len(departments) == len(set(departments)) > 0
    values = release.rows("ops_rejection")["masked_value"].drop_nulls().unique()
    assert not [value for value in values if "*" in value and any(value in one["message"] for one in texts)]


def test_files_are_chosen_by_feed_period_and_a_part_of_the_name(county: Settings) -> None:
    chosen = json.loads(run("--json", "--feed", "fund_payment", "--period", "2020-06"))
    assert {(one["feed"], one["period"]) for one in chosen} == {("fund_payment", "2020-06")}
    name = chosen[0]["file_name"]
    assert name in run("--file", name[:8])
    assert "No file fits" in run("--file", "no such file")


def test_an_impossible_choice_is_an_error_that_says_what_is_possible() -> None:
    assert CliRunner().invoke(app, ["ledger", "--period", "June"]).exit_code == 2
    unknown = CliRunner().invoke(app, ["ledger", "--feed", "no_feed"])
    assert isinstance(unknown.exception, ValueError)
    assert "fund_payment" in str(unknown.exception)
