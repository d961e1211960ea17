"""Statements kept from dbt: executed here they give what dbt gives, and what they cannot stand for is left to dbt."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.modelling.dbt import build_models, compile_project, parse_project
from pipelines.modelling.execute import ERRORS_FILE, Place, execute
from pipelines.modelling.nodes import NodeResult
from pipelines.modelling.parsed import Parsed
from pipelines.modelling.statements import STATEMENTS_FILE, Statement, UncertainError, kept_statements
from pipelines.publishing.fingerprint import fingerprint_build

MONTHS_DBT = Path(__file__).parents[1] / "integration" / "months_dbt"


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> Parsed:
    folder = tmp_path_factory.mktemp("parsed")
    parse_project(MONTHS_DBT, folder)
    return Parsed(folder)


@pytest.fixture(scope="module")
def statements(parsed: Parsed) -> list[Statement]:
    return kept_statements(parsed, lambda month: compile_project(MONTHS_DBT, parsed.folder / "out", month, parsed))


def new_build(folder: Path, paid: str = "10.00") -> Path:
    """A build file with bronze: a payment in each of two months, the second after the month that is built."""
    folder.mkdir(parents=True)
    file = folder / "county.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema bronze")
        connection.execute(
            "create table bronze.raw_finance__fund_payment as select * from (values "
            f"('a', cast({paid} as decimal(18, 2)), '2020-01'), ('b', cast(20 as decimal(18, 2)), '2020-02')) "
            "as rows (payment_id, paid_cny, period)"
        )
        connection.execute(
            "create table bronze.reference_areas as select '530323000000' as area_code, 'county' as area_level,"
            " '师宗县' as area_name, cast(null as date) as valid_to"
        )
        connection.execute(
            "create table bronze.ops_deliveries as select 'r' || m as receipt_id, 'fund_payment' as feed,"
            " '2020-0' || m as period, 'accepted' as verdict, true as is_current, cast(1 as bigint) as accepted_count"
            " from (values (1), (2)) as months (m)"
        )
    return file


def said(nodes: list[NodeResult]) -> dict[str, tuple[object, ...]]:
    return {
        one.unique_id: (one.name, one.kind, one.state, one.failures, one.message, one.attached_model, one.depends_on)
        for one in nodes
    }


def columns(file: Path) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(
            "select schema_name, table_name, column_index, column_name, data_type from duckdb_columns() order by all"
        ).fetchall()


@pytest.mark.parametrize(("paid", "state"), [("10.00", "passed"), ("5000.00", "warned"), ("2000000.00", "failed")])
def test_statements_say_and_build_what_dbt_does(
    statements: list[Statement], parsed: Parsed, tmp_path: Path, paid: str, state: str
) -> None:
    ours, theirs = new_build(tmp_path / "ours", paid), new_build(tmp_path / "dbt", paid)
    nodes = execute(statements, Place(MONTHS_DBT, ours, "2020-01"))
    expected = build_models(MONTHS_DBT, theirs, tmp_path / "dbt", "2020-01", parsed)

    assert said(nodes) == said(expected)
    assert state in {one.state for one in nodes}
    assert columns(ours) == columns(theirs)
    assert fingerprint_build(ours) == fingerprint_build(theirs)
    assert fingerprint_build(ours)["fct_payment"].row_count == 1


def test_what_follows_from_a_failed_test_is_skipped_as_in_dbt(
    statements: list[Statement], parsed: Parsed, tmp_path: Path
) -> None:
    files = [new_build(tmp_path / name) for name in ("ours", "dbt")]
    for file in files:
        with duckdb.connect(str(file)) as connection:
            connection.execute("insert into bronze.raw_finance__fund_payment values ('a', 1, '2020-01')")
    nodes = execute(statements, Place(MONTHS_DBT, files[0], "2020-01"))

    assert said(nodes) == said(build_models(MONTHS_DBT, files[1], tmp_path / "dbt", "2020-01", parsed))
    assert {one.name for one in nodes if one.state == "skipped"} >= {"fct_payment", "kpi_fund_area_month"}


def test_an_error_names_the_model_and_shows_no_value(statements: list[Statement], tmp_path: Path) -> None:
    file = new_build(tmp_path / "ours")
    with duckdb.connect(str(file)) as connection:
        connection.execute("alter table bronze.raw_finance__fund_payment alter paid_cny type varchar")
        connection.execute("update bronze.raw_finance__fund_payment set paid_cny = 'secret'")
    nodes = {one.name: one for one in execute(statements, Place(MONTHS_DBT, file, "2020-01"))}

    assert nodes["fct_payment"].state == "error"
    assert nodes["fct_payment"].message == ("Compilation Error in model fct_payment (models/marts/fct_payment.sql)")
    assert nodes["kpi_fund_area_month"].state == "skipped"
    assert "fct_payment" in (file.parent / ERRORS_FILE).read_text()


def test_they_are_compiled_once(statements: list[Statement], parsed: Parsed) -> None:
    def again(_: str) -> list[Any]:
        raise AssertionError("compiled again")

    assert kept_statements(parsed, again) == statements
    kept = (parsed.folder / STATEMENTS_FILE).read_text()
    (parsed.folder / STATEMENTS_FILE).unlink()
    with pytest.raises(AssertionError, match="compiled again"):
        kept_statements(parsed, again)
    (parsed.folder / STATEMENTS_FILE).write_text(kept)


def test_they_serve_one_run_where_they_may_not_be_kept(
    statements: list[Statement], parsed: Parsed, tmp_path: Path
) -> None:
    shared = Parsed(shutil.copytree(parsed.folder, tmp_path / "shared"))
    (shared.folder / STATEMENTS_FILE).unlink()
    (shared.folder / STATEMENTS_FILE).mkdir()  # can neither be read nor replaced, as in another user's folder

    compiled = kept_statements(shared, lambda month: compile_project(MONTHS_DBT, tmp_path / "out", month, shared))
    assert compiled == statements


PAYMENT, MARTS, PROJECT = "models/marts/fct_payment.sql", "models/marts/marts.yml", "dbt_project.yml"
TYPED, BOUND = "payment_id, data_type: varchar", "payment_id, constraints: [{type: not_null}], data_type: varchar"
CHANGES: Mapping[str, tuple[str, str, str]] = {
    "a month that decides": (PAYMENT, "select", "{% if as_of_period() > '2020' %}{% endif %}select"),
    "a month past its macro": (PAYMENT, "select", "-- {{ var('as_of_period') }}\nselect"),
    "a hook": (PROJECT, "+materialized: view", "+materialized: view\n      +post-hook: select 1"),
    "a hook of the run": (PROJECT, "flags:", "on-run-end: select 1\nflags:"),
    "another materialisation": (PROJECT, "+materialized: view", "+materialized: ephemeral"),
    "a constraint": (MARTS, TYPED, BOUND),
    "kept failures": (MARTS, "severity: warn", "store_failures: true"),
    "a limit": (MARTS, "severity: warn", "limit: 1"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_only_dbt_may_execute_is_left_to_dbt(tmp_path: Path, change: str) -> None:
    name, old, new = CHANGES[change]
    project = shutil.copytree(MONTHS_DBT, tmp_path / "dbt", ignore=shutil.ignore_patterns("target"))
    text = (project / name).read_text()
    assert old in text
    (project / name).write_text(text.replace(old, new, 1))
    parse_project(project, tmp_path)
    changed = Parsed(tmp_path)
    for _ in range(2):
        with pytest.raises(UncertainError):
            kept_statements(changed, lambda month: compile_project(project, tmp_path / "out", month, changed))
