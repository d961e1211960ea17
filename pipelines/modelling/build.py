"""One build: a new DuckDB file with bronze, closed, then filled by dbt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.modelling.bronze import Bronze, write_bronze
from pipelines.modelling.dbt import NodeResult, build_models, current_project
from pipelines.modelling.parsed import DATABASE
from pipelines.settings import Settings


@dataclass(frozen=True)
class Build:
    """A finished build, good or bad: its file, dbt's manifest and what each node said."""

    build_file: Path
    manifest_file: Path
    nodes: list[NodeResult]


def build(settings: Settings, bronze: Bronze, run_id: str) -> Build:
    """Build all models into a DuckDB file below ``data/build/<run_id>``.

    Raises DbtError when the dbt project itself is broken; failing models and tests are in ``nodes``.
    """
    output_dir = settings.build_dir / run_id
    output_dir.mkdir(parents=True, exist_ok=True)
    build_file = output_dir / f"{DATABASE}.duckdb"
    with duckdb.connect(str(build_file)) as connection:
        write_bronze(connection, bronze)
        connection.execute("checkpoint")
    parsed = current_project(settings)
    nodes = build_models(settings.dbt_dir, build_file, output_dir, bronze.as_of_period, parsed)
    return Build(build_file, parsed.manifest_file, nodes)
