"""dbt in this process: quiet, without telemetry, its artefacts beside the build file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.modelling.nodes import NodeResult, NodeState
from pipelines.modelling.parsed import DATABASE, Parsed, parsed_project
from pipelines.settings import Settings

BUILD_FILE_VARIABLE = "XIANQING_BUILD_DB"
STATES: dict[str, NodeState] = {
    "success": "passed",
    "pass": "passed",
    "no-op": "passed",
    "warn": "warned",
    "fail": "failed",
    "skipped": "skipped",
}


class DbtError(RuntimeError):
    """dbt could not run at all; a failing model or test is a result, not this."""


@contextmanager
def _build_file(path: Path | None) -> Iterator[None]:
    """The build file in the environment, as the profile expects it; restored afterwards."""
    before = os.environ.get(BUILD_FILE_VARIABLE)
    if path is not None:
        os.environ[BUILD_FILE_VARIABLE] = str(path)
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(BUILD_FILE_VARIABLE, None)
        else:
            os.environ[BUILD_FILE_VARIABLE] = before


def _invoke(
    command: Sequence[str], dbt_dir: Path, output_dir: Path, build_file: Path | None, manifest: Any = None
) -> Any:
    """Run one dbt command, on a ``manifest`` already parsed if there is one.

    Returns dbt's own result object; raises DbtError when there is none.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    arguments = [
        *("--quiet", "--no-print", "--no-use-colors", "--no-send-anonymous-usage-stats", "--no-version-check"),
        *("--log-level", "none", "--log-level-file", "warn", "--log-path", str(output_dir / "logs")),
        *command,
        *("--project-dir", str(dbt_dir), "--profiles-dir", str(dbt_dir), "--target-path", str(output_dir / "target")),
    ]
    with _build_file(build_file):
        outcome = dbtRunner(manifest=manifest).invoke(arguments)
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.result is None:
        reason = str(outcome.exception).strip() if outcome.exception else "no reason given"
        raise DbtError(f"dbt {command[0]} could not run in {dbt_dir}: {reason}")
    return outcome.result


def build_models(
    dbt_dir: Path, build_file: Path, output_dir: Path, as_of_period: str, parsed: Parsed | None = None
) -> list[NodeResult]:
    """``dbt build``: every seed, model and data test, in dependency order; ``parsed`` saves parsing the project.

    Unit tests judge the code on made-up rows, not this month's data: the test suite runs them, a run does not.
    Raises DbtError when the project itself is broken; failing nodes are in the list.
    """
    variables = json.dumps({"as_of_period": as_of_period})
    if parsed is not None and build_file.stem != DATABASE:
        raise ValueError(f"{build_file.name}: a project parsed for the database {DATABASE} cannot build another one")
    outcome = _invoke(
        ["build", "--threads", "2", "--exclude-resource-type", "unit_test", "--vars", variables],
        dbt_dir,
        output_dir,
        build_file,
        manifest=None if parsed is None else parsed.load(),
    )
    return [_node_result(result) for result in outcome.results]


def _node_result(result: Any) -> NodeResult:
    node = result.node
    state = STATES.get(str(result.status), "error")
    depends_on = tuple(node.depends_on_nodes)
    return NodeResult(
        unique_id=node.unique_id,
        name=node.name,
        kind=str(node.resource_type),
        state=state,
        failures=int(result.failures or 0),
        seconds=round(float(result.execution_time), 3),
        message=str(result.message or "").strip().splitlines()[0] if state != "passed" and result.message else "",
        attached_model=getattr(node, "attached_node", None) or (depends_on[0] if len(depends_on) == 1 else None),
        depends_on=depends_on,
    )


def compile_project(dbt_dir: Path, output_dir: Path, as_of_period: str, parsed: Parsed) -> list[Any]:
    """``dbt compile`` without asking any database; dbt's seeds, models and data tests with their SQL.

    Raises DbtError when the project is broken.
    """
    variables = json.dumps({"as_of_period": as_of_period})
    quick = ("--no-introspect", "--no-populate-cache", "--no-write-json", "--threads", "1")
    outcome = _invoke(
        ["compile", *quick, "--vars", variables],
        dbt_dir,
        output_dir,
        output_dir / f"{DATABASE}.duckdb",
        manifest=parsed.load(),
    )
    nodes = [result.node for result in outcome.results]
    if broken := [result.node.name for result in outcome.results if str(result.status) != "success"]:
        raise DbtError(f"dbt could not compile {', '.join(broken[:5])} in {dbt_dir}")
    return [node for node in nodes if str(node.resource_type) in ("seed", "model", "test")]


def parse_project(dbt_dir: Path, output_dir: Path) -> Path:
    """``dbt parse``; returns the manifest's path. Raises DbtError when the project is broken."""
    _invoke(["parse"], dbt_dir, output_dir, output_dir / f"{DATABASE}.duckdb")
    return output_dir / "target" / "manifest.json"


def current_project(settings: Settings) -> Parsed:
    """The dbt project as it is now, parsed when a file of it has changed. Raises DbtError when it is broken."""
    try:
        return parsed_project(settings.dbt_dir, cache_dir(settings), parse_project)
    except (PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError):
        # Another user of the checkout left files there that we may not open or replace.
        return parsed_project(settings.dbt_dir, _own_cache_dir(settings), parse_project)


def cache_dir(settings: Settings) -> Path:
    """Beside the project, where every installation finds it; in our own state where we may not write there."""
    shared = settings.dbt_dir / "target" / "kept"
    try:
        shared.mkdir(parents=True, exist_ok=True)
    except OSError:
        return _own_cache_dir(settings)
    return shared if os.access(shared, os.W_OK) else _own_cache_dir(settings)


def _own_cache_dir(settings: Settings) -> Path:
    return settings.state_dir / "dbt"


def dbt_manifest(settings: Settings) -> dict[str, Any]:
    """Dbt's manifest of the project as it is now."""
    manifest: dict[str, Any] = json.loads(current_project(settings).manifest_file.read_text(encoding="utf-8"))
    return manifest
