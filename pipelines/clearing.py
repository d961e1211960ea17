"""What runs leave behind: build files, drafts of killed runs, results that are to be read again.

Belongs here: removing them so that a kill at any moment leaves nothing half. Does not belong here: the stages of a run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pipelines.files import fsync_directory, remove
from pipelines.landing import Receipt, landed_receipts
from pipelines.publishing.lease import Lease, take_lease
from pipelines.publishing.publish import DRAFT_PREFIX
from pipelines.reading import FileLedger, bronze_folder, read_pending
from pipelines.reporting import new_run_id
from pipelines.settings import Settings

FORGOTTEN_PREFIX = ".forgotten-"


def remove_build(settings: Settings, run_id: str) -> None:
    """Delete a run's build file and dbt's artefacts of it."""
    for path in settings.build_dir.glob(f"{run_id}*"):
        remove(path)


def clear_leftovers(settings: Settings, lease: Lease) -> None:
    """Delete what killed runs left: build files, drafts, forgotten results. Whoever holds the lease is alone here."""
    lease.check()
    drafts = list(settings.marts_dir.glob(f"{DRAFT_PREFIX}*")) if settings.marts_dir.is_dir() else []
    builds = list(settings.build_dir.iterdir()) if settings.build_dir.is_dir() else []
    forgotten = list(settings.bronze_dir.glob(f"{FORGOTTEN_PREFIX}*"))
    for path in [*drafts, *builds, *forgotten]:
        remove(path)


def read_partition(settings: Settings, feed: str, period: str) -> FileLedger | None:
    """Read the newest receipt of one feed and period again; None when nothing has landed there.

    Raises LeaseHeldError while a run is going on.
    """
    in_slot = [one for one in landed_receipts(settings) if (one.feed, one.period) == (feed, period)]
    if not in_slot:
        return None
    newest = max(in_slot, key=lambda one: one.version)
    with take_lease(settings.state_dir, new_run_id(datetime.now(UTC))) as lease:
        forget(settings, [newest], lease.run_id)
        return read_pending(settings, receipts=[newest])[0]


def forget(settings: Settings, landed: Sequence[Receipt], run_id: str) -> None:
    """Remove what was read from these receipts, so that they are read again; the landed bytes stay.

    Each result leaves its place by one rename: a kill at any moment leaves it whole or unread, never half there.
    """
    scratch = settings.bronze_dir / f"{FORGOTTEN_PREFIX}{run_id}"
    scratch.mkdir(parents=True)
    for receipt in landed:
        folder = bronze_folder(settings, receipt)
        if folder.is_dir():
            folder.replace(scratch / receipt.receipt_id)
            fsync_directory(folder.parent)
    remove(scratch)
