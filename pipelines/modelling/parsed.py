"""The dbt project, parsed once for as long as no file of it changes.

Parsing costs more than building a small month. What is kept is dbt's own form of a parsed project, under a hash of
every file of it, of our code that reads it and of dbt's versions: a project that differs in one byte is parsed anew,
and nothing is ever merged. It is made of code alone, so all installations of one checkout share it.
Belongs here: that cache. Does not belong here: running dbt.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.codehash import code_hash

# dbt calls a DuckDB database like its file: only builds of this name can use a project that was parsed before them.
DATABASE = "county"
ENGINES = ("dbt-core", "dbt-adapters", "dbt-duckdb")
KEPT_PROJECTS = 3
LOCK_FILE = ".lock"


@dataclass(frozen=True)
class Parsed:
    """A parsed project on disk."""

    folder: Path

    @property
    def manifest_file(self) -> Path:
        """The manifest as JSON, for people and Dagster."""
        return self.folder / "target" / "manifest.json"

    @property
    def binary_file(self) -> Path:
        """The same in the form that dbt reads back."""
        return self.folder / "target" / "partial_parse.msgpack"

    @property
    def is_whole(self) -> bool:
        """True when both are there and we may read them."""
        return all(os.access(file, os.R_OK) and file.is_file() for file in (self.manifest_file, self.binary_file))

    def load(self) -> Any:
        """Dbt's own manifest object, new each time: a build changes it."""
        from dbt.contracts.graph.manifest import Manifest
        from dbt.parser.manifest import extended_mashumuro_decoder

        manifest = Manifest.from_msgpack(self.binary_file.read_bytes(), decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()  # type: ignore[no-untyped-call]
        return manifest


@contextmanager
def alone(cache_dir: Path) -> Iterator[None]:
    """Wait until no other process fills this cache: what one of them makes, the others then find."""
    cache_dir.mkdir(parents=True, exist_ok=True)
    with (cache_dir / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def parsed_project(dbt_dir: Path, cache_dir: Path, parse: Callable[[Path, Path], Path]) -> Parsed:
    """The project as it is now, taken from ``cache_dir`` or parsed into it by ``parse`` (project, output folder).

    Raises what ``parse`` raises, and OSError when files of another user lie in the way.
    """
    with alone(cache_dir):
        key = _key(dbt_dir)
        while not (parsed := Parsed(cache_dir / key)).is_whole:
            if parsed.folder.exists():
                shutil.rmtree(parsed.folder)
            draft = cache_dir / f".{key}-{uuid.uuid4().hex}"
            draft.mkdir()
            try:
                parse(dbt_dir, draft)
                # Somebody may have saved a file meanwhile: nobody knows which state of it was parsed.
                if (now := _key(dbt_dir)) == key:
                    draft.replace(parsed.folder)
                    break
                key = now
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        with suppress(OSError):  # another user's may be read, not touched
            os.utime(parsed.folder)
        _forget_old(cache_dir)
    return parsed


def _key(dbt_dir: Path) -> str:
    """What the project is kept under; as long as it is computed alone, it fits the files that are parsed then."""
    versions = " ".join(f"{name} {importlib.metadata.version(name)}" for name in ENGINES)
    code = code_hash([dbt_dir, Path(__file__).parent])
    return hashlib.sha256(f"{versions} {DATABASE} {dbt_dir.resolve()} {code}".encode()).hexdigest()[:16]


def _forget_old(cache_dir: Path) -> None:
    """Keep the projects used last; what a killed process left goes with the rest, but for files of another user."""
    found = [path for path in cache_dir.iterdir() if path.name != LOCK_FILE]
    for old in sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_PROJECTS:]:
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            with suppress(OSError):
                old.unlink()
