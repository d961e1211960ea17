"""The publish protocol, from a closed build file to the swapped pointer.

Nothing here decides whether figures are right: the gates did that before. This module makes sure that readers see the
old release or the new one, that the new one holds exactly what was audited, and that equal inputs make no new release.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from pipelines.files import fsync_directory, fsync_file, sha256_of, write_atomically, write_json
from pipelines.publishing.fingerprint import (
    MARTS_SCHEMA,
    TableFingerprint,
    content_hash,
    fingerprint_build,
    fingerprint_elsewhere,
    quote,
)
from pipelines.publishing.lease import Lease
from pipelines.publishing.manifest import (
    CARDS_FILE,
    MANIFEST_FILE,
    DataLight,
    InputReceipt,
    LateDelivery,
    Manifest,
    Place,
    PublishedTable,
    ReleaseError,
)
from pipelines.publishing.releases import current_release_id, list_release_ids, release_manifest
from pipelines.settings import Settings

DRAFT_PREFIX = ".tmp-"
UNPUBLISHED_FILE = ".unpublished"


@dataclass(frozen=True)
class ReleaseFacts:
    """What the run knows about a release besides its tables."""

    as_of_period: str
    place: Place
    is_synthetic: bool
    code_version: str
    inputs: list[InputReceipt]
    late_departments: list[LateDelivery]
    data_light: DataLight


@dataclass(frozen=True)
class Publication:
    """The outcome: a new release, or the standing one when nothing changed."""

    release_id: str
    is_new: bool
    content_hash: str
    deleted: tuple[str, ...]


def new_release_id(now: datetime, hash_of_content: str) -> str:
    """``YYYYMMDDTHHMMSSmmmZ-<first 8 of the content hash>``, in UTC to the millisecond.

    >>> new_release_id(datetime(2020, 12, 31, 8, 0, 0, 7000, tzinfo=UTC), "0123456789abcdef")
    '20201231T080000007Z-01234567'
    """
    moment = now.astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03d}Z-{hash_of_content[:8]}"


def close_build(build_file: Path) -> None:
    """Checkpoint the build file; raises ReleaseError when a write-ahead log remains."""
    with duckdb.connect(str(build_file)) as connection:
        connection.execute("checkpoint")
    left_over = build_file.with_name(build_file.name + ".wal")
    if left_over.exists():
        raise ReleaseError(f"{left_over} is still there after the checkpoint: nothing was published, run again.")


def verify_build(build_file: Path) -> dict[str, TableFingerprint]:
    """Close the build file and fingerprint it here and in another process; both must agree."""
    close_build(build_file)
    here = fingerprint_build(build_file)
    _require_equal(here, fingerprint_elsewhere(build_file), build_file)
    if not here:
        raise ReleaseError(
            f"{build_file} holds no table in the schema {MARTS_SCHEMA}: nothing was published, run again."
        )
    return here


def publish(
    settings: Settings,
    lease: Lease,
    build_file: Path,
    *,
    cards: Mapping[str, Any],
    facts: ReleaseFacts,
    fingerprints: dict[str, TableFingerprint],
) -> Publication:
    """Write a verified build as a release and swap the pointer, unless the standing release says the same.

    Raises ReleaseError when what was written differs from what was built, LeaseLostError when another run took over,
    OSError when the disk refuses. In each case the old release stays.
    """
    marts = settings.marts_dir
    marts.mkdir(parents=True, exist_ok=True)
    hash_of_content = content_hash(fingerprints)
    previous = current_release_id(settings)
    if previous is not None and release_manifest(settings, previous).content_hash == hash_of_content:
        return Publication(previous, is_new=False, content_hash=hash_of_content, deleted=())
    _delete_unpublished(settings, previous)

    now = datetime.now(UTC)
    release_id = new_release_id(now, hash_of_content)
    draft = marts / f"{DRAFT_PREFIX}{release_id}"
    draft.mkdir()
    _write_tables(build_file, draft, list(fingerprints))
    _require_equal(fingerprints, fingerprint_elsewhere(draft), draft)
    manifest = Manifest(
        release_id=release_id,
        created_at=now,
        content_hash=hash_of_content,
        as_of_period=facts.as_of_period,
        place=facts.place,
        is_synthetic=facts.is_synthetic,
        code_version=facts.code_version,
        tables={
            name: PublishedTable(
                file=f"{name}.parquet",
                sha256=sha256_of(draft / f"{name}.parquet"),
                content_hash=table.content_hash,
                row_count=table.row_count,
                sums=table.sums,
            )
            for name, table in fingerprints.items()
        },
        inputs=facts.inputs,
        late_departments=facts.late_departments,
        data_light=facts.data_light,
        previous_release_id=previous,
    )
    write_json(draft / CARDS_FILE, cards)
    write_json(draft / MANIFEST_FILE, json.loads(manifest.model_dump_json()))
    write_atomically(draft / UNPUBLISHED_FILE, release_id + "\n")
    lease.check()
    draft.replace(marts / release_id)
    fsync_directory(marts)
    lease.check()
    write_atomically(settings.pointer_file, release_id + "\n")
    (marts / release_id / UNPUBLISHED_FILE).unlink()
    return Publication(
        release_id, is_new=True, content_hash=hash_of_content, deleted=delete_old_releases(settings, now)
    )


def _delete_unpublished(settings: Settings, current: str | None) -> None:
    """Delete what a killed run left between the release's rename and the pointer's swap: readers never saw it."""
    for release_id in reversed(list_release_ids(settings)):
        marker = settings.marts_dir / release_id / UNPUBLISHED_FILE
        if release_id != current and marker.is_file():
            shutil.rmtree(settings.marts_dir / release_id)


def _require_equal(built: dict[str, TableFingerprint], read: dict[str, TableFingerprint], source: Path) -> None:
    different = sorted(name for name in built.keys() | read.keys() if built.get(name) != read.get(name))
    if different:
        raise ReleaseError(
            f"{source} does not hold what was built: {', '.join(different)} differ. Nothing was published; check the "
            "disk (`xianqing doctor`) and run again."
        )


def _write_tables(build_file: Path, folder: Path, names: list[str]) -> None:
    """One sorted Parquet file per table, durable; the same rows give the same bytes."""
    with duckdb.connect(str(build_file), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        for name in names:
            target = folder / f"{name}.parquet"
            literal = str(target).replace("'", "''")
            connection.execute(
                f"copy (select * from {MARTS_SCHEMA}.{quote(name)} order by all) to '{literal}' "
                "(format parquet, compression zstd)"
            )
            fsync_file(target)


def delete_old_releases(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Delete releases beyond the last ``keep_releases``, never the current one nor one that readers may still hold.

    A reader may hold a release for ``reader_grace_seconds`` after it stopped being current, that is after its successor
    was created.
    """
    kept = settings.keep_releases
    ids = list_release_ids(settings)
    current = current_release_id(settings)
    deleted = []
    for release_id, successor in pairwise(ids):
        is_beyond = ids.index(release_id) < len(ids) - kept
        retired_at = release_manifest(settings, successor).created_at
        if is_beyond and release_id != current and now - retired_at > timedelta(seconds=settings.reader_grace_seconds):
            doomed = settings.marts_dir / f"{DRAFT_PREFIX}deleted-{release_id}"
            (settings.marts_dir / release_id).replace(doomed)
            shutil.rmtree(doomed)
            deleted.append(release_id)
    return tuple(deleted)
