"""One build: a new DuckDB file with bronze, closed, then filled by dbt's statements, or by dbt."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.modelling.bronze import Bronze, write_bronze
from pipelines.modelling.carrying import Kept, Plan, bases_of, make_plan, read_kept, show_files, split_roots
from pipelines.modelling.dbt import build_models, compile_project, current_project
from pipelines.modelling.execute import Place, Progress, execute
from pipelines.modelling.nodes import NodeResult
from pipelines.modelling.parsed import DATABASE, Parsed
from pipelines.modelling.statements import Statement, UncertainError, kept_statements
from pipelines.publishing.fingerprint import TableFingerprint
from pipelines.settings import Settings


@dataclass(frozen=True)
class Build:
    """A finished build, good or bad: its file, dbt's manifest and what each node said.

    ``bases`` are those of its nodes, None when dbt built it. ``standing`` are the marts that nothing has changed since
    the release before: views of its files. ``kept`` is the record they come from.
    """

    build_file: Path
    manifest_file: Path
    nodes: list[NodeResult]
    bases: dict[str, str] | None = None
    standing: frozenset[str] = frozenset()
    kept: Kept | None = None

    @property
    def known(self) -> Mapping[str, TableFingerprint]:
        """Fingerprints of the build before, by mart."""
        return {} if self.kept is None else self.kept.fingerprints


def build(
    settings: Settings, bronze: Bronze, run_id: str, *, in_full: bool = False, progress: Progress | None = None
) -> Build:
    """Build all models into a DuckDB file below ``data/build/<run_id>``.

    dbt compiles the project once; its statements are executed here, those only whose basis has changed since the
    standing release and what these read. ``in_full``, and whenever the project holds something that only dbt may
    execute, dbt itself builds everything. Raises DbtError when the dbt project itself is broken; failing models and
    tests are in ``nodes``. ``progress`` hears of every node that is done but the roots, unless dbt itself builds.
    """
    output_dir = settings.build_dir / run_id
    output_dir.mkdir(parents=True, exist_ok=True)
    build_file = output_dir / f"{DATABASE}.duckdb"
    with duckdb.connect(str(build_file)) as connection:
        write_bronze(connection, bronze)
        connection.execute("checkpoint")
    parsed = current_project(settings)
    # The run publishes from it at its end: by then newer projects may have pushed the kept one out.
    manifest_file = Path(shutil.copyfile(parsed.manifest_file, output_dir / "manifest.json"))
    statements = None if in_full else project_statements(settings, parsed, output_dir)
    if statements is None:
        nodes = build_models(settings.dbt_dir, build_file, output_dir, bronze.as_of_period, parsed)
        return Build(build_file, manifest_file, nodes)
    place = Place(settings.dbt_dir, build_file, bronze.as_of_period)
    roots, others = split_roots(statements)
    done = {node.unique_id: node for node in execute(roots, place)}
    kept, plan = None, Plan(others, {}, {}, {})
    if all(node.state in ("passed", "warned") for node in done.values()):
        kept = read_kept(settings)
        with duckdb.connect(str(build_file)) as connection:
            connection.execute("set timezone = 'UTC'")
            plan = make_plan(settings, kept, others, bases_of(statements, bronze, connection, roots))
            show_files(connection, plan)
    done |= plan.standing
    done |= {node.unique_id: node for node in execute(plan.execute, place, done, progress)}
    nodes = [done[each.unique_id] for each in statements]
    return Build(build_file, manifest_file, nodes, plan.bases, frozenset(plan.files), kept)


def project_statements(settings: Settings, parsed: Parsed, output_dir: Path) -> list[Statement] | None:
    """The project's statements, None when only dbt itself may build it; ``output_dir`` is for dbt's drafts."""
    try:
        return kept_statements(
            parsed, lambda month: compile_project(settings.dbt_dir, output_dir / "compile", month, parsed)
        )
    except UncertainError:
        return None
