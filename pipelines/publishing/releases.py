"""Releases after publication: list, show, verify, go back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from pipelines.files import sha256_of, write_atomically
from pipelines.publishing.lease import take_lease
from pipelines.publishing.manifest import RELEASE_ID, Manifest, ReleaseError, read_manifest
from pipelines.settings import Settings

RETIRED_FILE = ".retired"


def current_release_id(settings: Settings) -> str | None:
    """The release the pointer names, None before the first publication."""
    if not settings.pointer_file.is_file():
        return None
    release_id = settings.pointer_file.read_text(encoding="ascii").strip()
    if not RELEASE_ID.match(release_id):
        raise ReleaseError(
            f"The pointer {settings.pointer_file} names {release_id[:40]!r}, which is no release id: write the id of "
            "a release that exists with `xianqing releases rollback RELEASE_ID`."
        )
    return release_id


def list_release_ids(settings: Settings) -> list[str]:
    """Release ids, oldest first."""
    if not settings.marts_dir.is_dir():
        return []
    return sorted(path.name for path in settings.marts_dir.iterdir() if RELEASE_ID.match(path.name) and path.is_dir())


def point_to(settings: Settings, release_id: str) -> None:
    """Swap the pointer, and note on the release that readers had until now that it ceased to be current."""
    before = settings.pointer_file.read_text(encoding="ascii").strip() if settings.pointer_file.is_file() else ""
    if RELEASE_ID.match(before) and before != release_id and (settings.marts_dir / before).is_dir():
        (settings.marts_dir / before / RETIRED_FILE).touch()
    write_atomically(settings.pointer_file, release_id + "\n")


def retired_at(settings: Settings, release_id: str) -> datetime:
    """When a release ceased to be current; one that nobody noted it on counts as retired now, and is noted."""
    marker = settings.marts_dir / release_id / RETIRED_FILE
    if not marker.is_file():
        marker.touch()
    return datetime.fromtimestamp(marker.stat().st_mtime, UTC)


def release_folder(settings: Settings, release_id: str) -> Path:
    """The folder of a release; raises ReleaseError when there is no such release."""
    if not RELEASE_ID.match(release_id) or not (settings.marts_dir / release_id).is_dir():
        raise ReleaseError(
            f"There is no release {release_id} in {settings.marts_dir}: `xianqing releases list` shows what is there."
        )
    return settings.marts_dir / release_id


def release_manifest(settings: Settings, release_id: str) -> Manifest:
    """The manifest of a release; raises ReleaseError when the release is missing or damaged."""
    return read_manifest(release_folder(settings, release_id))


def inputs_of_release(settings: Settings) -> set[str]:
    """The receipts that readers' release was made from; none before the first one or when its manifest is damaged."""
    try:
        release_id = current_release_id(settings)
        return (
            set() if release_id is None else {one.receipt_id for one in release_manifest(settings, release_id).inputs}
        )
    except ReleaseError:
        return set()


def list_releases(settings: Settings) -> list[Manifest]:
    """Every release's manifest, newest first."""
    return [release_manifest(settings, release_id) for release_id in reversed(list_release_ids(settings))]


def verify_release(settings: Settings, release_id: str) -> Manifest:
    """The manifest of a release whose every file has the recorded sha256; raises ReleaseError otherwise."""
    manifest = release_manifest(settings, release_id)
    folder = release_folder(settings, release_id)
    damaged = [
        table.file
        for table in manifest.tables.values()
        if not (folder / table.file).is_file() or sha256_of(folder / table.file) != table.sha256
    ]
    if damaged:
        raise ReleaseError(
            f"Release {release_id} is damaged: {', '.join(sorted(damaged))} in {folder} is missing or not what was "
            "published. Do not use it; restore the folder from a backup, or choose another release "
            "with `xianqing releases list`."
        )
    return manifest


def rollback(settings: Settings, release_id: str) -> Manifest:
    """Point readers to another release after verifying every file of it.

    Raises ReleaseError when it is missing or damaged, LeaseHeldError while a run is going on; then nothing changes.
    """
    with take_lease(settings.state_dir, f"rollback-{release_id}") as lease:
        manifest = verify_release(settings, release_id)
        lease.check()
        point_to(settings, release_id)
    return manifest
