"""What the standing release was made from, so that a run that finds the same has nothing to build.

Belongs here: the basis of a release (one hash over everything that can change a figure or a word of it), its record,
and whether it still holds. Does not belong here: building, gates; what to do when nothing has changed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.codehash import code_hash
from pipelines.files import write_json
from pipelines.gates.result import GateResult
from pipelines.modelling.nodes import NodeResult
from pipelines.publishing.manifest import ReleaseError
from pipelines.publishing.releases import current_release_id, verify_release
from pipelines.reading import FileLedger
from pipelines.reading.pending import rules_hash
from pipelines.settings import PROJECT_DIR, Settings

RECORD_FILE = "standing.json"
ENGINES = ("duckdb", "dbt-core", "dbt-duckdb", "great_expectations", "polars", "xianqing")
JUDGED_FILES = ("accepted.parquet", "rejected.parquet")


class Standing(BaseModel):
    """The record of a release: its basis, and what gates and models said when it was made."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    basis: str
    release_id: str
    content_hash: str
    run_id: str
    gates: tuple[GateResult, ...]
    nodes: tuple[NodeResult, ...]


def basis_of(settings: Settings, ledgers: Sequence[FileLedger], *, as_of_period: str, is_synthetic: bool) -> str:
    """One hash over what a release is made from: code, engines, division table, ledgers, judged files, month.

    A judged file is known by its identity on disk (inode, size, time of change): results are only ever replaced by a
    rename, and one that somebody changed by hand is noticed too.
    """
    folders = dict.fromkeys([PROJECT_DIR / "pipelines", settings.contracts_dir, settings.dbt_dir])
    parts = [
        code_hash(folders),
        platform.python_version(),
        *(f"{name} {importlib.metadata.version(name)}" for name in ENGINES),
        rules_hash(settings),
        as_of_period,
        f"{is_synthetic} {settings.place}",
        *(one.model_dump_json() for one in ledgers),
        *(_identity(_folder(settings, one) / name) for one in ledgers for name in JUDGED_FILES),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _folder(settings: Settings, ledger: FileLedger) -> Path:
    return settings.bronze_dir / ledger.department / ledger.feed / ledger.period / ledger.receipt_id.rsplit("-", 1)[-1]


def _identity(path: Path) -> str:
    if not path.is_file():
        return f"{path.name} -"
    state = path.stat()
    return f"{path.name} {state.st_ino} {state.st_size} {state.st_mtime_ns}"


def write_standing(settings: Settings, standing: Standing) -> None:
    """Record what the release that readers now have was made from."""
    write_json(settings.state_dir / RECORD_FILE, json.loads(standing.model_dump_json()))


def standing_release(settings: Settings, basis: str) -> Standing | None:
    """The record of the standing release when it was made from ``basis`` and every file of it is whole; else None.

    A record of another form, another release or another basis is as good as none: then everything is built.
    """
    path = settings.state_dir / RECORD_FILE
    if not path.is_file():
        return None
    try:
        standing = Standing.model_validate_json(path.read_bytes())
        if standing.basis != basis or standing.release_id != current_release_id(settings):
            return None
        manifest = verify_release(settings, standing.release_id)
    except (ValidationError, ReleaseError):
        return None
    return standing if manifest.content_hash == standing.content_hash else None
