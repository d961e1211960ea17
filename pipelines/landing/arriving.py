"""Files on their way in: out of the inbox by one rename, or copied from elsewhere, into a folder of this landing.

Belongs here: taking, giving back, and what a killed landing left. Does not belong here: what a file is; its storage.
"""

from __future__ import annotations

import shutil
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.files import sha256_of
from pipelines.landing.clock import believable, now_utc
from pipelines.landing.completeness import MANIFEST_ENDINGS, stated_row_count
from pipelines.landing.private import private_folder
from pipelines.settings import Settings

Arrival = Literal["now", "mtime"]
MOVED, COPIED = "moved-", "copied-"


class Arrived(BaseModel):
    """A file in a folder of its own inside the data folder, not yet placed; ``draft`` keeps the file's name."""

    model_config = ConfigDict(frozen=True)

    source: Path
    draft: Path
    sha256: str
    arrived_at: datetime
    stated_row_count: int | None = None

    @property
    def is_moved(self) -> bool:
        """True when the draft is the only copy: it came out of the inbox."""
        return self.draft.parent.name.startswith(MOVED)


def _folder(settings: Settings) -> Path:
    return settings.raw_dir / ".arriving"


def take(settings: Settings, path: Path, arrival: Arrival) -> Arrived:
    """Move a file of the inbox, copy any other: bytes that are written under its name from now on are a new file."""
    is_moved = settings.inbox_dir.resolve() in path.resolve().parents
    draft = _folder(settings) / f"{MOVED if is_moved else COPIED}{uuid.uuid4().hex}" / path.name
    private_folder(settings.raw_dir, draft.parent)
    if is_moved:
        path.rename(draft)
    else:
        shutil.copy2(path, draft)
    now = now_utc()
    written_at = datetime.fromtimestamp(draft.stat().st_mtime, UTC)
    arrived_at = believable(written_at, now) if arrival == "mtime" else now
    rows = stated_row_count(path)
    return Arrived(source=path, draft=draft, sha256=sha256_of(draft), arrived_at=arrived_at, stated_row_count=rows)


def drop(each: Arrived) -> None:
    """Forget a draft whose bytes are stored, and the manifest that came to the inbox with it."""
    shutil.rmtree(each.draft.parent)
    if each.is_moved and not each.source.exists():
        for ending in MANIFEST_ENDINGS:
            each.source.with_name(each.source.name + ending).unlink(missing_ok=True)


def give_back(settings: Settings, draft: Path, *, to: Path | None = None) -> None:
    """Put an original back into the inbox, beside a newer file of the same name if there is one."""
    target = to or settings.inbox_dir / draft.name
    if target.exists():
        target = settings.inbox_dir / draft.parent.name / draft.name
    target.parent.mkdir(parents=True, exist_ok=True)
    draft.rename(target)
    draft.parent.rmdir()


def recover(settings: Settings) -> None:
    """What a killed landing left: originals go back into the inbox, copies are deleted. Only under the lock."""
    for folder in sorted(_folder(settings).glob("*")):
        originals = sorted(folder.glob("*")) if folder.name.startswith(MOVED) else []
        for draft in originals:
            give_back(settings, draft)
        if folder.exists():
            shutil.rmtree(folder)
