"""The tables of a release on disk: written from the build, or copied from the release before when nothing changed.

Belongs here: Parquet files, and that they hold what the build holds. Does not belong here: the pointer, the manifest.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from pipelines.files import fsync_file, sha256_of
from pipelines.publishing.fingerprint import (
    MARTS_SCHEMA,
    TableDigest,
    TableFingerprint,
    digest_elsewhere,
    for_each_table,
    quote,
)
from pipelines.publishing.manifest import Manifest, ReleaseError
from pipelines.publishing.releases import release_folder, release_manifest
from pipelines.settings import Settings


def write_tables(
    settings: Settings,
    build_file: Path,
    draft: Path,
    fingerprints: Mapping[str, TableFingerprint],
    previous: str | None,
) -> dict[str, str]:
    """Put one Parquet file per table into ``draft``, durable; returns the sha256 of each.

    A table with the content that the release ``previous`` has is copied from there when its file still has its sha256;
    the copy has it too, so that nobody need read its rows again. All others are written, and read back by another
    process. Raises ReleaseError when what was written is not what was built.
    """
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        copied = _copy_unchanged(settings, connection, draft, fingerprints, previous)
        written = [name for name in fingerprints if name not in copied]
        _write(connection, draft, written)
    found = digest_elsewhere(draft, written) if written else {}
    require_equal({name: fingerprints[name] for name in written}, found, draft)
    return copied | {name: sha256_of(draft / f"{name}.parquet") for name in written}


def require_equal(built: Mapping[str, TableDigest], read: Mapping[str, TableDigest], source: Path) -> None:
    """Raise ReleaseError when two readings differ in a table or in the rows of one."""
    names = sorted(built.keys() | read.keys())
    if different := [name for name in names if _as_read(built.get(name)) != _as_read(read.get(name))]:
        raise ReleaseError(
            f"{source} does not hold what was built: {', '.join(different)} differ. Nothing was published; check the "
            "disk (`xianqing doctor`) and run again."
        )


def _as_read(table: TableDigest | None) -> TableDigest | None:
    return table.digest if isinstance(table, TableFingerprint) else table


def _copy_unchanged(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    fingerprints: Mapping[str, TableFingerprint],
    previous: str | None,
) -> dict[str, str]:
    """Copy every file of the release before that holds the table as it is now; returns their sha256."""
    try:
        before = None if previous is None else release_manifest(settings, previous)
    except ReleaseError:
        before = None
    if before is None:
        return {}
    folder = release_folder(settings, before.release_id)
    copied = {}
    for name, table in fingerprints.items():
        if _is_unchanged(connection, folder, before, name, table):
            target = draft / f"{name}.parquet"
            shutil.copyfile(folder / before.tables[name].file, target)
            if sha256_of(target) == before.tables[name].sha256:
                fsync_file(target)
                copied[name] = before.tables[name].sha256
            else:
                target.unlink()
    return copied


def _is_unchanged(
    connection: duckdb.DuckDBPyConnection, folder: Path, before: Manifest, name: str, table: TableFingerprint
) -> bool:
    """True when the release has these rows under these columns in this order."""
    if (known := before.tables.get(name)) is None or known.content_hash != table.content_hash:
        return False
    literal = str(folder / known.file).replace("'", "''")
    try:
        columns = [
            connection.execute(f"describe select * from {relation}").fetchall()
            for relation in (f"read_parquet('{literal}')", f"{MARTS_SCHEMA}.{quote(name)}")
        ]
    except duckdb.Error:
        return False
    return columns[0] == columns[1]


def _write(connection: duckdb.DuckDBPyConnection, folder: Path, names: Sequence[str]) -> None:
    """One sorted Parquet file per table, durable; the same rows give the same bytes."""

    def write(cursor: duckdb.DuckDBPyConnection, name: str) -> None:
        target = folder / f"{name}.parquet"
        literal = str(target).replace("'", "''")
        cursor.execute(
            f"copy (select * from {MARTS_SCHEMA}.{quote(name)} order by all) to '{literal}' "
            "(format parquet, compression zstd)"
        )
        fsync_file(target)

    for_each_table(connection, names, write)
