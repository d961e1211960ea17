"""One build: a new DuckDB file with bronze, closed, then filled by dbt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.modelling.bronze import Bronze, write_bronze
from pipelines.modelling.dbt import build_models, compile_project, current_project
from pipelines.modelling.execute import Place, execute
from pipelines.modelling.nodes import NodeResult
from pipelines.modelling.parsed import DATABASE, Parsed
from pipelines.modelling.statements import Statement, UncertainError, kept_statements
from pipelines.settings import Settings


@dataclass(frozen=True)
class Build:
    """A finished build, good or bad: its file, dbt's manifest and what each node said."""

    build_file: Path
    manifest_file: Path
    nodes: list[NodeResult]


def build(settings: Settings, bronze: Bronze, run_id: str, *, by_dbt: bool = False) -> Build:
    """Build all models into a DuckDB file below ``data/build/<run_id>``.

    dbt compiles the project once; its statements are executed here, or by dbt itself (``by_dbt``, and whenever the
    project holds something that only dbt may execute). Raises DbtError when the dbt project itself is broken; failing
    models and tests are in ``nodes``.
    """
    output_dir = settings.build_dir / run_id
    output_dir.mkdir(parents=True, exist_ok=True)
    build_file = output_dir / f"{DATABASE}.duckdb"
    with duckdb.connect(str(build_file)) as connection:
        write_bronze(connection, bronze)
        connection.execute("checkpoint")
    parsed = current_project(settings)
    statements = None if by_dbt else _statements(settings, parsed, output_dir)
    if statements is None:
        nodes = build_models(settings.dbt_dir, build_file, output_dir, bronze.as_of_period, parsed)
    else:
        nodes = execute(statements, Place(settings.dbt_dir, build_file, bronze.as_of_period))
    return Build(build_file, parsed.manifest_file, nodes)


def _statements(settings: Settings, parsed: Parsed, output_dir: Path) -> list[Statement] | None:
    """The project's statements, None when only dbt itself may build it."""
    try:
        return kept_statements(
            parsed, lambda month: compile_project(settings.dbt_dir, output_dir / "compile", month, parsed)
        )
    except UncertainError:
        return None
