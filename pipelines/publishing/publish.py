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
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Text
from pipelines.files import fsync_directory, remove, write_atomically, write_json
from pipelines.publishing.fingerprint import (
    MARTS_SCHEMA,
    TableFingerprint,
    content_hash,
    digest_build,
    fingerprint_elsewhere,
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
from pipelines.publishing.releases import current_release_id, list_release_ids, point_to, release_manifest, retired_at
from pipelines.publishing.tables import require_equal, write_tables
from pipelines.settings import Settings

DRAFT_PREFIX = ".tmp-"
DELIVERY_TABLES = "ops_"  # tables about what was sent, which hold no figure of the county
DELETED_PREFIX = ".deleted-"
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

    def shown_to_readers(self) -> dict[str, Any]:
        """What a reader sees of these facts: when it changes, a release with equal tables is a new one."""
        return {
            "as_of_period": self.as_of_period,
            "data_light": self.data_light.model_dump(),
            "is_synthetic": self.is_synthetic,
            "late_departments": [one.model_dump() for one in self.late_departments],
            "place": self.place.model_dump(),
        }


@dataclass(frozen=True)
class Publication:
    """The outcome: a new release, or the standing one when nothing changed.

    ``problems`` are what could not be tidied up after the pointer had moved; the release itself is whole.
    ``has_new_figures`` is False when only tables about deliveries differ from the release before.
    """

    release_id: str
    is_new: bool
    content_hash: str
    deleted: tuple[str, ...] = ()
    problems: tuple[Text, ...] = ()
    has_new_figures: bool = True


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


def verify_build(build_file: Path, known: Mapping[str, TableFingerprint] | None = None) -> dict[str, TableFingerprint]:
    """Close the build file and read every row of it here and in another process; both must agree.

    ``known`` are fingerprints of an earlier build: of a table with the same rows the content hash is taken from there.
    """
    close_build(build_file)
    told = fingerprint_elsewhere(build_file, known)
    here = digest_build(build_file)
    require_equal(here, told, build_file)
    if not here:
        raise ReleaseError(
            f"{build_file} holds no table in the schema {MARTS_SCHEMA}: nothing was published, run again."
        )
    return told


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
    hash_of_content = content_hash(fingerprints, facts.shown_to_readers() | {"cards": cards})
    previous = current_release_id(settings)
    if previous is not None and _content_hash_of(settings, previous) == hash_of_content:
        return Publication(previous, is_new=False, content_hash=hash_of_content)
    _delete_unpublished(settings, previous)

    now = datetime.now(UTC)
    release_id = new_release_id(now, hash_of_content)
    draft = marts / f"{DRAFT_PREFIX}{release_id}"
    draft.mkdir()
    written = write_tables(settings, build_file, draft, fingerprints, previous)
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
                sha256=written[name],
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
    point_to(settings, release_id)
    deleted, problems = _tidy_up(settings, release_id, previous)
    return Publication(
        release_id,
        is_new=True,
        content_hash=hash_of_content,
        deleted=deleted,
        problems=problems,
        has_new_figures=_has_new_figures(settings, previous, manifest),
    )


def _has_new_figures(settings: Settings, previous: str | None, now: Manifest) -> bool:
    """True when a table of figures, or the month they speak about, is not that of the release before."""
    try:
        before = None if previous is None else release_manifest(settings, previous)
    except ReleaseError:
        before = None
    if before is None or before.as_of_period != now.as_of_period:
        return True
    then, new = (
        {name: table.content_hash for name, table in one.tables.items() if not name.startswith(DELIVERY_TABLES)}
        for one in (before, now)
    )
    return then != new


def _content_hash_of(settings: Settings, release_id: str) -> str | None:
    """The standing release's content hash; None for a damaged one, which a new release then replaces."""
    try:
        return release_manifest(settings, release_id).content_hash
    except ReleaseError:
        return None


def _delete_unpublished(settings: Settings, current: str | None) -> None:
    """Delete what a killed run left between the release's rename and the pointer's swap: readers never saw it."""
    for release_id in reversed(list_release_ids(settings)):
        marker = settings.marts_dir / release_id / UNPUBLISHED_FILE
        if not marker.is_file():
            continue
        if release_id == current:
            marker.unlink()
        else:
            shutil.rmtree(settings.marts_dir / release_id)


def _tidy_up(settings: Settings, release_id: str, previous: str | None) -> tuple[tuple[str, ...], tuple[Text, ...]]:
    """Remove the marker and old releases; the pointer has moved, so what cannot be removed is told, not raised."""
    deleted, problems = [], []
    try:
        (settings.marts_dir / release_id / UNPUBLISHED_FILE).unlink()
    except OSError as error:
        problems.append(_not_removed(settings.marts_dir / release_id / UNPUBLISHED_FILE, error))
    ids = list_release_ids(settings)
    now = datetime.now(UTC)
    for doomed in settings.marts_dir.glob(f"{DELETED_PREFIX}*"):
        try:
            remove(doomed)
        except OSError as error:
            problems.append(_not_removed(doomed, error))
    for old in ids[: -settings.keep_releases]:
        if old in (release_id, previous):
            continue
        try:
            if now - retired_at(settings, old) >= timedelta(seconds=settings.reader_grace_seconds):
                doomed = settings.marts_dir / f"{DELETED_PREFIX}{old}"
                (settings.marts_dir / old).replace(doomed)
                remove(doomed)
                deleted.append(old)
        except OSError as error:
            problems.append(_not_removed(settings.marts_dir / old, error))
    return tuple(deleted), tuple(problems)


def _not_removed(path: Path, error: OSError) -> Text:
    reason = error.strerror or type(error).__name__
    return Text(
        zh=f"旧版本 {path} 无法清理（{reason}），新版本不受影响，请检查该文件夹的权限",
        en=f"{path} could not be removed ({reason}); the new release is not affected. Look at the folder's owner",
    )
