"""``xianqing`` as people type it: one line per command, errors in one paragraph, exit codes, JSON for programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipelines.basis import UnknownMonthError, as_of, months_of
from pipelines.cli import app, main
from pipelines.contracts import load_contracts
from pipelines.publishing.lease import take_lease
from pipelines.reading import BronzeInput
from pipelines.run import run_pipeline
from pipelines.settings import PROJECT_DIR, Settings, get_settings
from tests.integration.small_county import SMALL_DBT, land_payments, small_settings

COMMANDS = (
    *("init", "simulate", "land", "run", "demo", "serve", "inspect", "held", "areas", "check", "dictionary", "doctor"),
    *(
        "clear-synthetic",
        "releases",
        "ledger",
        "leads",
        "override",
        "overrides",
        "dismiss",
        "dismissals",
        "stats",
        "factcheck",
    ),
)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Two releases: January, then January with February."""
    folder = tmp_path_factory.mktemp("county")
    settings = small_settings(folder / "data")
    for month in (1, 2):
        land_payments(settings, folder / "in", month, ["100.00"])
        run_pipeline(settings)
    return settings


def xianqing(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command with this data folder and the small dbt project."""
    environment = os.environ | {
        "XIANQING_DATA_DIR": str(data_dir),
        "XIANQING_DBT_DIR": str(SMALL_DBT),
        "XIANQING_STABLE_SECONDS": "0",
    }
    command = [sys.executable, "-m", "pipelines.cli", *arguments]
    return subprocess.run(command, cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=False)


def test_help_lists_every_command_with_one_line(tmp_path: Path) -> None:
    shown = xianqing(tmp_path, "--help").stdout
    lines = {line.split()[0]: line for line in shown.splitlines() if line.startswith("  ") and line.split()}

    assert set(COMMANDS) <= set(lines)
    assert not [line for name, line in lines.items() if name in COMMANDS and line.endswith("...")]


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        ("pipelines.cli", ("dagster", "dbt", "duckdb", "pandas", "polars")),
        # What a run needs to find that nothing came: no parser, no judge, no builder.
        (
            "pipelines.basis, pipelines.run",
            (
                *("dagster", "dbt", "great_expectations", "numpy", "pandas", "python_calamine"),
                *("pipelines.reading.sources", "pipelines.reading.recognition", "pipelines.reading.judge"),
            ),
        ),
    ],
    ids=["help", "a run with nothing new"],
)
def test_little_work_loads_no_heavy_module(modules: str, heavy: tuple[str, ...]) -> None:
    code = f"import sys, {modules}; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=PROJECT_DIR, capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "[]"


def test_releases_are_listed_shown_and_compared(county: Settings) -> None:
    listed = json.loads(xianqing(county.data_dir, "releases", "list", "--json").stdout)
    shown = json.loads(xianqing(county.data_dir, "releases", "show", "--verify", "--json").stdout)
    diff = json.loads(xianqing(county.data_dir, "releases", "diff", "--json").stdout)

    assert [one["is_current"] for one in listed] == [True, False]
    assert shown["release_id"] == listed[0]["release_id"]
    assert [(table["table"], table["added_count"]) for table in diff["tables"]] == [("kpi_fund_area_month", 1)]


def test_show_lists_the_files_of_a_release_when_asked(county: Settings) -> None:
    plain = xianqing(county.data_dir, "releases", "show").stdout
    with_files = xianqing(county.data_dir, "releases", "show", "--inputs").stdout
    inputs = json.loads(xianqing(county.data_dir, "releases", "show", "--json").stdout)["inputs"]

    assert "from 2 files (--inputs lists them)" in plain
    assert "国库集中支付明细2020年2月.csv" not in plain
    line = next(line for line in with_files.splitlines() if "国库集中支付明细2020年2月.csv" in line)
    assert "fund_payment  2020-02  fund_payment-2020-02-" in line
    assert [(one["feed"], one["period"], one["file_name"]) for one in inputs] == [
        ("fund_payment", "2020-01", "国库集中支付明细2020年1月.csv"),
        ("fund_payment", "2020-02", "国库集中支付明细2020年2月.csv"),
    ]
    assert all(one["receipt_id"] and one["sha256"] for one in inputs)


def test_land_without_a_file_takes_the_inbox(tmp_path: Path) -> None:
    from tests.integration.small_county import payments, write_csv

    settings = small_settings(tmp_path / "data")
    write_csv(settings.inbox_dir / "国库集中支付明细2020年1月.csv", payments(1, ["1.00"]))
    landed = xianqing(settings.data_dir, "land", "--json")
    again = xianqing(settings.data_dir, "land")

    assert [one["outcome"] for one in json.loads(landed.stdout)] == ["landed"], landed.stderr
    assert not list(settings.inbox_dir.glob("*.csv"))
    assert "inbox" in again.stdout


@pytest.mark.parametrize("command", ["simulate", "demo"])
def test_a_county_too_small_to_be_one_is_refused(tmp_path: Path, command: str) -> None:
    arguments = ["--out", str(tmp_path / "out")] if command == "simulate" else ["--no-serve"]
    refused = xianqing(tmp_path / "data", command, "--scale", "0.009", *arguments)

    assert refused.returncode == 2
    assert "0.01" in refused.stderr


def test_the_dictionary_command_also_writes_the_sources_of_the_models(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(SMALL_DBT, project, ignore=shutil.ignore_patterns("target"))
    model = project / "models" / "marts" / "kpi_fund_area_month.yml"
    without_sources = yaml.safe_load(model.read_text(encoding="utf-8"))
    del without_sources["sources"]
    model.write_text(yaml.safe_dump(without_sources, allow_unicode=True), encoding="utf-8")
    written = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "dictionary", "--to", str(tmp_path / "dictionary.md")],
        cwd=PROJECT_DIR,
        env=os.environ | {"XIANQING_DATA_DIR": str(tmp_path / "data"), "XIANQING_DBT_DIR": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert written.returncode == 0, written.stderr
    assert "### fund_payment" in (tmp_path / "dictionary.md").read_text(encoding="utf-8")
    assert "raw_finance__fund_payment" in (project / "models/staging/__sources.yml").read_text(encoding="utf-8")


def test_rollback_without_a_name_goes_one_back(county: Settings) -> None:
    before = json.loads(xianqing(county.data_dir, "releases", "list", "--json").stdout)
    rolled = xianqing(county.data_dir, "releases", "rollback")
    after = json.loads(xianqing(county.data_dir, "releases", "list", "--json").stdout)
    forward = xianqing(county.data_dir, "releases", "rollback", before[0]["release_id"])

    assert rolled.returncode == forward.returncode == 0
    assert [one["is_current"] for one in after] == [False, True]


def test_an_unknown_release_is_one_paragraph_and_exit_code_1(county: Settings) -> None:
    asked = xianqing(county.data_dir, "releases", "show", "20200101T000000000Z-00000000")

    assert asked.returncode == 1
    assert asked.stderr.startswith("xianqing: There is no release")
    assert len(asked.stderr.strip().splitlines()) == 1


def test_a_run_while_another_one_is_going_on_exits_with_3(county: Settings) -> None:
    with take_lease(county.state_dir, "other"):
        refused = xianqing(county.data_dir, "releases", "rollback")

    assert refused.returncode == 3
    assert f"process {os.getpid()} " in refused.stderr
    assert "Traceback" not in refused.stderr


def test_run_reports_its_gates_and_ends_with_nothing_new(county: Settings) -> None:
    outcome = xianqing(county.data_dir, "run", "--json")

    assert outcome.returncode == 0, outcome.stderr
    last_run = json.loads(outcome.stdout)
    assert last_run["state"] == "nothing_new"
    assert [gate["name"] for gate in last_run["gates"]] == [
        *("space", "conservation", "control_totals", "door", "dbt", "bridge_balances")
    ]


def test_a_run_into_a_file_says_which_stage_it_is_in_and_keeps_names_out(county: Settings, tmp_path: Path) -> None:
    land_payments(county, tmp_path / "in", 3, ["5.00"])
    outcome = xianqing(county.data_dir, "run")

    assert outcome.returncode == 0, outcome.stderr
    told = [line.split(" s  ", 1)[-1] for line in outcome.stderr.splitlines() if " s  " in line]
    stages = [line.split(":")[0].removesuffix(" …") for line in told]
    wanted = ("reading files", "checks at the door", "building models", "auditing", "verifying the build", "publishing")
    assert [stage for stage in dict.fromkeys(stages) if stage in wanted] == list(wanted)
    assert "reading files: 1 of 1" in told
    assert "国库集中" not in outcome.stderr


def test_an_empty_installation_fails_with_what_to_do(tmp_path: Path) -> None:
    made = xianqing(tmp_path / "data", "init", "--synthetic", "--place", "shizong")
    outcome = xianqing(tmp_path / "data", "run")

    assert made.returncode == 0
    assert outcome.returncode == 1
    assert "drop files into" in outcome.stdout


def test_a_file_is_inspected_without_being_taken(county: Settings, tmp_path: Path) -> None:
    from tests.integration.small_county import payments, write_csv

    file = write_csv(tmp_path / "国库集中支付明细2020年5月.csv", payments(5, ["1.00"]))
    report = json.loads(xianqing(county.data_dir, "inspect", str(file), "--json").stdout)

    assert (report["feed"], report["refused"], report["tables"][0]["data_rows"]) == ("fund_payment", None, 1)
    assert file.is_file()


def test_held_files_are_listed_with_their_reason(county: Settings, tmp_path: Path) -> None:
    unknown = tmp_path / "备忘.csv"
    unknown.write_text("甲,乙\n1,2\n", encoding="utf-8")
    landed = xianqing(county.data_dir, "land", str(unknown), "--json")
    held = json.loads(xianqing(county.data_dir, "held", "--json").stdout)

    assert json.loads(landed.stdout)[0]["outcome"] == "held"
    assert [one["file_name"] for one in held["held"]] == ["备忘.csv"]
    assert held["held"][0]["reason"]["zh"]
    assert held["refused"] == []


def test_the_doctor_answers_in_json(county: Settings) -> None:
    findings = json.loads(xianqing(county.data_dir, "doctor", "--json").stdout)

    assert {"python", "file locks", "pseudonym key", "last run"} <= {one["name"] for one in findings}


@pytest.mark.parametrize("month", ["banana", "2020-13", "202006"])
def test_a_month_that_is_none_is_refused_before_anything_starts(month: str) -> None:
    result = CliRunner().invoke(app, ["run", "--as-of", month])
    assert result.exit_code == 2
    assert f"{month} is no month" in " ".join(result.output.split())


@pytest.mark.parametrize("wanted", ["1999-01", "2020-03", "2021-02"])
def test_a_month_without_deliveries_publishes_nothing_and_says_which_months_there_are(wanted: str) -> None:
    with pytest.raises(UnknownMonthError, match=f"about {wanted}.*: 2019-11 to 2020-01, 2020-06. Choose"):
        as_of(wanted, ["2019-12", "2020-06", "2019-11", "2020-01"])


def test_the_newest_month_is_the_default_and_any_with_deliveries_may_be_chosen() -> None:
    periods = ["2020-03", "2019-12", "2020-06"]
    assert (as_of(None, periods), as_of("2020-03", periods)) == ("2020-06", "2020-03")


def test_a_list_of_a_year_that_comes_early_does_not_carry_the_figures_to_its_december() -> None:
    contracts = load_contracts()
    feeds = [("person_register", "2020-02"), ("plan_targets", "2020-12"), ("visits", "2020-03")]
    inputs = [BronzeInput("", "", feed, period, Path()) for feed, period in feeds]
    periods = [one.period for one in inputs]
    assert as_of(None, periods, months_of(inputs, contracts)) == "2020-02"
    for wanted in ("2020-12", "2020-03"):
        with pytest.raises(UnknownMonthError, match=f"nothing to say about {wanted}.* every month .*: 2020-02. Choose"):
            as_of(wanted, periods, months_of(inputs, contracts))
    yearly = inputs[1:2]
    assert as_of(None, ["2020-12"], months_of(yearly, contracts)) == "2020-12"
    assert as_of("2020-12", ["2020-12"], months_of(yearly, contracts)) == "2020-12"


def test_a_setting_that_does_not_fit_is_named_in_one_paragraph(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIANQING_WORKER_COUNT", "many")
    monkeypatch.setattr("sys.argv", ["xianqing", "held"])
    get_settings.cache_clear()
    try:
        with pytest.raises(SystemExit):
            main()
    finally:
        get_settings.cache_clear()
    said = capsys.readouterr().err
    assert "XIANQING_WORKER_COUNT" in said
    assert len(said.strip().splitlines()) == 1


def test_a_file_that_is_not_there_cannot_be_inspected(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["inspect", str(tmp_path / "nothing.xlsx")])
    assert result.exit_code == 2
    assert "no such file" in result.output
