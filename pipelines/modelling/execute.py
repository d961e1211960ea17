"""Executing a project's statements on a build file: seeds, models and tests in dbt's order, two at a time.

What a node says is said as dbt says it. The text of a database error may quote a row: it goes to a log in the build's
folder and nowhere else. Belongs here: executing. Does not belong here: what the statements are (``statements``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import duckdb

from pipelines.modelling.nodes import NodeResult, NodeState
from pipelines.modelling.statements import Statement

Progress = Callable[[int, int, str], None]
THREADS = 2
ERRORS_FILE = "errors.log"
BLOCKING: tuple[NodeState, ...] = ("failed", "error", "skipped")


class ContractError(RuntimeError):
    """A model gives other columns than its contract promises."""


@dataclass(frozen=True)
class Place:
    """Where statements are executed: the project with its seeds, the build file, the month 'YYYY-MM'."""

    dbt_dir: Path
    build_file: Path
    as_of_period: str


def execute(
    statements: Sequence[Statement],
    place: Place,
    done: Mapping[str, NodeResult] | None = None,
    progress: Progress | None = None,
) -> list[NodeResult]:
    """Execute ``statements`` (parents first) on the build file; what follows from a failure is skipped.

    ``done`` are nodes that were executed or stand already; a statement may wait for no others than these and its like.
    ``progress`` is called with statements done, statements in all, and the name of the one just done.
    """
    schemas = dict.fromkeys(each.relation.rsplit(".", 1)[0] for each in statements if each.relation)
    with duckdb.connect(str(place.build_file)) as connection:
        for schema in schemas:
            connection.execute(f"create schema if not exists {schema}")
        return _Execution(place, connection, done or {}).run(statements, progress)


class _Execution:
    """One pass over the statements with what has become of each so far."""

    def __init__(self, place: Place, connection: duckdb.DuckDBPyConnection, done: Mapping[str, NodeResult]) -> None:
        self._place, self._connection = place, connection
        self._done = dict(done)

    def run(self, statements: Sequence[Statement], progress: Progress | None = None) -> list[NodeResult]:
        """Every statement once, each as soon as what it waits for is done."""
        by_key = {each.unique_id: each for each in statements}
        order = TopologicalSorter({key: set(each.waits_for) - set(self._done) for key, each in by_key.items()})
        order.prepare()
        running: dict[Future[NodeResult], str] = {}
        finished_count = 0
        with ThreadPoolExecutor(THREADS) as executor:
            while order.is_active():
                running |= {executor.submit(self._one, by_key[key]): key for key in order.get_ready()}
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    key = running.pop(future)
                    self._done[key] = future.result()
                    order.done(key)
                    finished_count += 1
                    if progress is not None:
                        progress(finished_count, len(by_key), by_key[key].name)
        return [self._done[each.unique_id] for each in statements]

    def _one(self, statement: Statement) -> NodeResult:
        if any(self._done[key].state in BLOCKING for key in statement.waits_for):
            return result_of(statement, "skipped")
        started = time.perf_counter()
        state, failures, message = self._execute(statement)
        return result_of(statement, state, failures, time.perf_counter() - started, message)

    def _execute(self, statement: Statement) -> tuple[NodeState, int, str]:
        with self._connection.cursor() as cursor:
            try:
                if statement.kind == "test":
                    return _test(cursor, statement, self._place.as_of_period)
                if statement.kind == "seed":
                    _load_seed(cursor, statement, self._place.dbt_dir)
                else:
                    _build_model(cursor, statement, self._place.as_of_period)
            except (duckdb.Error, ContractError) as error:
                self._log(statement, error)
                kind = "Compilation" if isinstance(error, ContractError) else "Runtime"
                return "error", 0, f"{kind} Error in {statement.kind} {statement.name} ({statement.path})"
            return "passed", 0, ""

    def _log(self, statement: Statement, error: Exception) -> None:
        with (self._place.build_file.parent / ERRORS_FILE).open("a", encoding="utf-8") as handle:
            handle.write(f"{statement.unique_id}: {error}\n")


def result_of(
    statement: Statement, state: NodeState, failures: int = 0, seconds: float = 0.0, message: str = ""
) -> NodeResult:
    """A node's result in dbt's words."""
    return NodeResult(
        unique_id=statement.unique_id,
        name=statement.name,
        kind=statement.kind,
        state=state,
        failures=failures,
        seconds=round(seconds, 3),
        message=message,
        attached_model=statement.attached_model or (statement.parents[0] if len(statement.parents) == 1 else None),
        depends_on=statement.parents,
    )


def _test(cursor: duckdb.DuckDBPyConnection, statement: Statement, period: str) -> tuple[NodeState, int, str]:
    """Dbt's verdict on the rows that a test's query finds."""
    count = statement.fail_calc
    row = cursor.execute(
        f"select {count}, {count} {statement.warn_if}, {count} {statement.error_if}"
        f" from (\n{statement.in_month(period)}\n) as dbt_internal_test"
    ).fetchone()
    failures, is_warning, is_failure = row or (0, False, False)
    found = f"Got {failures} result{'' if failures == 1 else 's'}, configured to"
    if statement.is_error and is_failure:
        return "failed", int(failures), f"{found} fail if {statement.error_if}"
    if is_warning:
        return "warned", int(failures), f"{found} warn if {statement.warn_if}"
    return "passed", 0, ""


def _load_seed(cursor: duckdb.DuckDBPyConnection, statement: Statement, dbt_dir: Path) -> None:
    """As dbt loads a seed: a table of the declared types, filled from the CSV file."""
    path = dbt_dir / statement.sql
    with path.open(encoding="utf-8") as handle:
        names = handle.readline().strip().lstrip("\ufeff").split(",")
    kinds = dict(statement.columns)
    if sorted(names) != sorted(kinds):
        raise ContractError(f"the columns of {path.name} are not those whose types are declared")
    declared = ", ".join(f'"{name}" {kinds[name]}' for name in names)
    literal = str(path).replace("'", "''")
    cursor.execute(f"create or replace table {statement.relation} ({declared})")
    cursor.execute(f"copy {statement.relation} from '{literal}' (format csv, header true, delimiter ',')")


def _build_model(cursor: duckdb.DuckDBPyConnection, statement: Statement, period: str) -> None:
    """A view, or a table with exactly the columns of its contract, in the contract's order."""
    sql, relation = statement.in_month(period), statement.relation
    if statement.is_view:
        cursor.execute(f"create or replace view {relation} as (\n{sql}\n)")
        return
    if not statement.columns:
        cursor.execute(f"create or replace table {relation} as (\n{sql}\n)")
        return
    promised = _types(cursor, "select " + ", ".join(f'cast(null as {kind}) as "{n}"' for n, kind in statement.columns))
    given = _types(cursor, sql)
    if {name.lower(): kind for name, kind in given.items()} != {name.lower(): kind for name, kind in promised.items()}:
        raise ContractError(f"promised {promised}, given {given}")
    names = ", ".join(f'"{name}"' for name in promised)
    cursor.execute(f"create or replace table {relation} as (\nselect {names} from (\n{sql}\n) as model_subq\n)")


def _types(cursor: duckdb.DuckDBPyConnection, sql: str) -> Mapping[str, str]:
    """The columns that a query gives, by name; nothing is computed."""
    return {str(row[0]): str(row[1]) for row in cursor.execute(f"describe (\n{sql}\n)").fetchall()}
