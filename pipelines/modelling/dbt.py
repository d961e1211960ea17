"""dbt in this process: quiet, without telemetry, its artefacts beside the build file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pipelines.settings import Settings

BUILD_FILE_VARIABLE = "XIANQING_BUILD_DB"
NodeState = Literal["passed", "warned", "failed", "error", "skipped"]
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


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test; ``failures`` are the rows a test found.

    ``attached_model`` is the one model a test is about, None for a test over several; ``depends_on`` are all of them.
    """

    unique_id: str
    name: str
    kind: str
    state: NodeState
    failures: int
    seconds: float
    message: str
    attached_model: str | None
    depends_on: tuple[str, ...] = ()


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


def _invoke(command: Sequence[str], dbt_dir: Path, output_dir: Path, build_file: Path | None) -> Any:
    """Run one dbt command; returns dbt's own result object, raises DbtError when there is none."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    arguments = [
        *("--quiet", "--no-print", "--no-use-colors", "--no-send-anonymous-usage-stats", "--no-version-check"),
        *("--log-level", "none", "--log-level-file", "warn", "--log-path", str(output_dir / "logs")),
        *command,
        *("--project-dir", str(dbt_dir), "--profiles-dir", str(dbt_dir), "--target-path", str(output_dir / "target")),
    ]
    with _build_file(build_file):
        outcome = dbtRunner().invoke(arguments)
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]
    if outcome.result is None:
        reason = str(outcome.exception).strip() if outcome.exception else "no reason given"
        raise DbtError(f"dbt {command[0]} could not run in {dbt_dir}: {reason}")
    return outcome.result


def build_models(dbt_dir: Path, build_file: Path, output_dir: Path, as_of_period: str) -> list[NodeResult]:
    """``dbt build``: every seed, model and data test, in dependency order.

    Unit tests judge the code on made-up rows, not this month's data: the test suite runs them, a run does not.
    Raises DbtError when the project itself is broken; failing nodes are in the list.
    """
    variables = json.dumps({"as_of_period": as_of_period})
    outcome = _invoke(
        ["build", "--threads", "2", "--exclude-resource-type", "unit_test", "--vars", variables],
        dbt_dir,
        output_dir,
        build_file,
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


def parse_project(dbt_dir: Path, output_dir: Path) -> Path:
    """``dbt parse``; returns the manifest's path. Raises DbtError when the project is broken."""
    _invoke(["parse"], dbt_dir, output_dir, None)
    return output_dir / "target" / "manifest.json"


def dbt_manifest(settings: Settings) -> dict[str, Any]:
    """Dbt's manifest of the project as it is now, parsed anew when a file of the project is newer."""
    output_dir = settings.state_dir / "dbt"
    path = output_dir / "target" / "manifest.json"
    sources = [
        file for file in settings.dbt_dir.rglob("*") if file.suffix in (".sql", ".yml", ".csv") and file.is_file()
    ]
    newest = max((file.stat().st_mtime for file in sources), default=0.0)
    if not path.is_file() or path.stat().st_mtime < newest:
        parse_project(settings.dbt_dir, output_dir)
    manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return manifest
