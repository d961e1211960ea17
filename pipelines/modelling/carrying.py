"""What of the build before still stands, node by node, so that a new month builds only what it touches.

A node stands when its basis is the same: its own SQL with every macro in it, and the bases of all it reads, down to the
files. What stands and what nobody needs for something new is not built: its table is the release's file, its tests
have the results they had. A node that something new reads is built again, so that the new has the same rows in the
same order as in a build of everything. Whatever is uncertain counts as changed.

Belongs here: bases, the record of a build, the decision. Does not belong here: executing, publishing.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.codehash import code_hash
from pipelines.files import sha256_of, write_json
from pipelines.modelling.bronze import Bronze
from pipelines.modelling.nodes import NodeResult
from pipelines.modelling.statements import MONTH_MARK, Statement
from pipelines.publishing.fingerprint import MARTS_SCHEMA, TableFingerprint, content_hash_of
from pipelines.publishing.manifest import ReleaseError
from pipelines.publishing.releases import current_release_id, release_folder, release_manifest
from pipelines.settings import PROJECT_DIR, Settings

RECORD_FILE = "kept.json"
LAST_PERIOD = "9999-12"
RUN_SOURCE = "run"  # dbt's name for what the run itself puts beside the feeds
# A staging model shows the files up to the month: which these are stands in the basis of its source.
_UP_TO_THE_MONTH = re.compile(rf"where period <= '{MONTH_MARK}'\s*\)")


class Kept(BaseModel):
    """The record of a published build: bases and results of nodes, rows of models, fingerprints of marts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    release_id: str
    bases: dict[str, str]
    nodes: dict[str, NodeResult]
    row_counts: dict[str, int]
    fingerprints: dict[str, TableFingerprint]


@dataclass(frozen=True)
class Plan:
    """What is executed now, and what stands: results by node, files of the release by mart."""

    execute: list[Statement]
    standing: dict[str, NodeResult]
    files: dict[str, Path]
    bases: dict[str, str]


def write_kept(settings: Settings, kept: Kept) -> None:
    """Record the build of the release that readers now have."""
    write_json(settings.state_dir / RECORD_FILE, json.loads(kept.model_dump_json()))


def read_kept(settings: Settings) -> Kept | None:
    """The record of the standing release; None without one, of another form or of another release."""
    path = settings.state_dir / RECORD_FILE
    if not path.is_file():
        return None
    try:
        kept = Kept.model_validate_json(path.read_bytes())
        return kept if kept.release_id == current_release_id(settings) else None
    except (ValidationError, ReleaseError):
        return None


def _hash(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()


def split_roots(statements: Sequence[Statement]) -> tuple[list[Statement], list[Statement]]:
    """Seeds and what is made of seeds and the run's own tables alone, with its tests; and the rest.

    The first are small and decide much (which months, which areas): they are always built, and known by their content.
    """
    roots: set[str] = set()
    for each in statements:
        is_root = all(parent in roots or _is_of_the_run(parent) for parent in each.parents)
        is_published = f'"{MARTS_SCHEMA}"' in each.relation
        if is_root and not is_published and not each.is_view:
            roots.add(each.unique_id)
    # A node waits for tests: one that waits for something later cannot come first.
    while late := {
        each.unique_id for each in statements if each.unique_id in roots and not roots >= set(each.waits_for)
    }:
        roots -= late
    first = [each for each in statements if each.unique_id in roots]
    return first, [each for each in statements if each.unique_id not in roots]


def _is_of_the_run(parent: str) -> bool:
    return parent.startswith("source.") and parent.split(".")[-2] == RUN_SOURCE


def source_bases(bronze: Bronze, last_period: str) -> dict[str, str]:
    """The basis of every feed's table by its name: the files up to a period, what they were judged by, where they lie.

    A judged file is known by its identity on disk as well: results are only ever replaced by a rename.
    """
    ledgers = {one.receipt_id: one for one in bronze.ledgers}
    found = {}
    for contract in bronze.contracts.values():
        parts: list[object] = [sorted(contract.bronze_columns.items())]
        for one in sorted(bronze.inputs, key=lambda each: each.receipt_id):
            if one.feed == contract.feed and one.period <= last_period:
                ledger, state = ledgers[one.receipt_id], one.accepted_path.stat()
                judged = (ledger.contract_version, ledger.rules_hash, ledger.content_hash, ledger.accepted_count)
                parts.append((one.receipt_id, one.period, *judged, state.st_ino, state.st_size, state.st_mtime_ns))
        found[contract.table] = _hash(*parts)
    return found


def bases_of(
    statements: Sequence[Statement], bronze: Bronze, connection: duckdb.DuckDBPyConnection, roots: Sequence[Statement]
) -> dict[str, str]:
    """The basis of every node; ``connection`` is the build with bronze and ``roots``, which are known by their rows."""
    engine = _hash(duckdb.__version__, code_hash([PROJECT_DIR / "pipelines" / "modelling"]))
    # What says itself that it reads up to the month depends on those files; what looks ahead, on all of them.
    feeds, ahead = source_bases(bronze, bronze.as_of_period), source_bases(bronze, LAST_PERIOD)
    bases: dict[str, str] = {}
    contents: dict[str, str] = {}
    for each in roots:
        if each.relation:
            bases[each.unique_id] = content_hash_of(connection, each.relation)
    for each in statements:
        if each.unique_id in bases:
            continue
        sql = each.sql
        if each.parents and all(one.startswith("source.") and not _is_of_the_run(one) for one in each.parents):
            sql = _UP_TO_THE_MONTH.sub("where period <= up to the month)", sql)
        files = ahead if sql == each.sql else feeds
        read = []
        for parent in each.parents:
            table = parent.split(".")[-1]
            if not parent.startswith("source."):
                read.append(bases[parent])
            elif _is_of_the_run(parent):
                if table not in contents:
                    contents[table] = content_hash_of(connection, f"bronze.{table}")
                read.append(contents[table])
            else:
                read.append(files[table])
        month = bronze.as_of_period if MONTH_MARK in sql else ""
        about = (each.kind, each.relation, each.is_view, each.columns, each.fail_calc, each.warn_if, each.error_if)
        bases[each.unique_id] = _hash(engine, sql, month, about, each.is_error, *read)
    return bases


def make_plan(settings: Settings, kept: Kept | None, statements: Sequence[Statement], bases: dict[str, str]) -> Plan:
    """Which of ``statements`` (without the roots) are executed: all, or those that changed and what these read."""
    if kept is None:
        return Plan(list(statements), {}, {}, bases)
    files = _whole_files(settings, kept)
    by_key = {each.unique_id: each for each in statements}
    changed = {key for key, each in by_key.items() if not _stands(each, kept, bases, files)}
    needed: set[str] = set()
    waiting = sorted(changed)
    while waiting:
        key = waiting.pop()
        if key in needed:
            continue
        needed.add(key)
        # A test may look at a file of the release; a model is made from what was built as it always is.
        parents = [by_key[parent] for parent in by_key[key].parents if parent in by_key]
        is_test = by_key[key].kind == "test"
        waiting += [
            each.unique_id
            for each in parents
            if not (is_test and each.unique_id not in changed and each.name in files and not each.is_view)
        ]
    standing = {key: replace(kept.nodes[key], seconds=0.0, is_standing=True) for key in by_key if key not in needed}
    marts = {
        each.name: files[each.name]
        for key, each in by_key.items()
        if key in standing and each.kind == "model" and f'"{MARTS_SCHEMA}"' in each.relation
    }
    return Plan([each for each in statements if each.unique_id in needed], standing, marts, bases)


def _stands(each: Statement, kept: Kept, bases: Mapping[str, str], files: Mapping[str, Path]) -> bool:
    """True when a node has the basis it had, its result was good, and its table is still there."""
    before = kept.nodes.get(each.unique_id)
    if before is None or before.state not in ("passed", "warned"):
        return False
    if kept.bases.get(each.unique_id) != bases[each.unique_id]:
        return False
    return f'"{MARTS_SCHEMA}"' not in each.relation or (each.name in files and each.name in kept.fingerprints)


def _whole_files(settings: Settings, kept: Kept) -> dict[str, Path]:
    """The release's files that have the sha256 they were published with, by table."""
    try:
        manifest, folder = release_manifest(settings, kept.release_id), release_folder(settings, kept.release_id)
    except ReleaseError:
        return {}
    found = {}
    for name, table in manifest.tables.items():
        path, known = folder / table.file, kept.fingerprints.get(name)
        is_same = known is not None and known.content_hash == table.content_hash
        if is_same and path.is_file() and sha256_of(path) == table.sha256:
            found[name] = path
    return found


def show_files(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Show the marts that stand in the build, as views of their files."""
    connection.execute(f"create schema if not exists {MARTS_SCHEMA}")
    for name, path in plan.files.items():
        literal = str(path).replace("'", "''")
        connection.execute(f"create view {MARTS_SCHEMA}.\"{name}\" as select * from read_parquet('{literal}')")
