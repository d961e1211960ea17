"""The lease: one run at a time, and a run that lost it cannot publish.

The lock is ``flock`` on ``state/lease``: the kernel releases it when its process dies, however it dies. The fencing
token is a counter that grows with every lease; whoever no longer holds the newest one is refused at the pointer.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.files import write_atomically

LEASE_FILE = "lease"
TOKEN_FILE = "fencing_token"  # noqa: S105 -- a counter's file name, no secret


class LeaseHeldError(RuntimeError):
    """Another run holds the lease."""


class LeaseLostError(RuntimeError):
    """The run's fencing token is no longer the newest, or its lease file was replaced."""


@dataclass(frozen=True)
class Lease:
    """A held lease; ``check`` before anything that readers will see."""

    state_dir: Path
    run_id: str
    token: int
    started_at: datetime
    inode: int

    def check(self) -> None:
        """Raise LeaseLostError unless this is still the newest lease."""
        path = self.state_dir / LEASE_FILE
        newest = read_token(self.state_dir)
        same_file = path.is_file() and path.stat().st_ino == self.inode
        if newest != self.token or not same_file:
            raise LeaseLostError(
                f"Run {self.run_id} lost its lease (fencing token {self.token}, newest {newest}): another run took "
                "over, so nothing was published by this one. Look at the other run with `xianqing releases list`."
            )


def read_token(state_dir: Path) -> int:
    """The newest fencing token given out, 0 before the first."""
    path = state_dir / TOKEN_FILE
    return int(path.read_text(encoding="ascii")) if path.is_file() else 0


def _describe_holder(text: str) -> str:
    """Who holds the lease, from the lease file's text; a holder that has not written yet is unnamed."""
    if not text.strip():
        return "a process that has just started"
    holder = json.loads(text)
    return f"process {holder['pid']} (run {holder['run_id']}), started {holder['started_at']}"


def _try_lock(descriptor: int, kind: int, attempts: int) -> bool:
    """Whether the lock was got; a few attempts outlast someone who only asks ``is_held``."""
    for attempt in range(attempts):
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02 * (attempt + 1 < attempts))
        else:
            return True
    return False


def is_held(state_dir: Path) -> bool:
    """Whether some process holds the lease right now."""
    path = state_dir / LEASE_FILE
    if not path.is_file():
        return False
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return not _try_lock(descriptor, fcntl.LOCK_SH, attempts=1)
    finally:
        os.close(descriptor)


@contextmanager
def take_lease(state_dir: Path, run_id: str) -> Iterator[Lease]:
    """Hold the lease of a data folder; raises LeaseHeldError at once when another process holds it."""
    state_dir.mkdir(parents=True, exist_ok=True)
    path = state_dir / LEASE_FILE
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _try_lock(descriptor, fcntl.LOCK_EX, attempts=5):
            holder = _describe_holder(path.read_text(encoding="utf-8"))
            raise LeaseHeldError(
                f"Another run is working in {state_dir.parent}: {holder}. This run changed nothing; wait until the "
                "other one has ended, or end that process if it hangs, and start again."
            )
        started_at = datetime.now(UTC)
        token = read_token(state_dir) + 1
        write_atomically(state_dir / TOKEN_FILE, f"{token}\n")
        holder_text = json.dumps(
            {
                "pid": os.getpid(),
                "run_id": run_id,
                "started_at": started_at.isoformat(timespec="seconds"),
                "token": token,
            }
        )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder_text.encode(), 0)
        yield Lease(state_dir, run_id, token, started_at, os.fstat(descriptor).st_ino)
    finally:
        os.close(descriptor)
