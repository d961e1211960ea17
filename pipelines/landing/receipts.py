"""Receipts: one small JSON beside each stored file, the only record of what arrived when.

Belongs here: the receipt's shape and finding receipts on disk. Does not belong here: deciding what a file is.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.files import write_json
from pipelines.settings import Settings

RECEIPT_ENDING = ".receipt.json"
RAW_DEPTH = 3  # department, feed, period
NO_DEPARTMENTS = ("inbox", "held", "lost+found")  # nor is what begins with a dot


class Likeness(BaseModel):
    """What a held file looks like; empty where nothing is known. ``ask``: what the sender should write where."""

    model_config = ConfigDict(frozen=True)

    feeds: tuple[str, ...] = ()
    period: str | None = None
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    ask: Text | None = None


class Receipt(BaseModel):
    """What arrived: written once; ``stored_path`` is relative to the data folder, ``version`` counts within a slot.

    ``stated_row_count`` is what a manifest beside the file said. Department, feed and period are empty text for a held
    file; ``likeness`` is what it looks like, None in an older receipt and for a file that could not be opened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    receipt_id: str
    sha256: str
    size_bytes: int
    file_name: str
    stored_path: str
    department: str = ""
    feed: str = ""
    period: str = ""
    arrived_at: datetime
    version: int = 0
    stated_row_count: int | None = None
    status: Literal["landed", "held"]
    reason: Text | None = None
    remedy: Text | None = None
    likeness: Likeness | None = None


def receipt_path(stored: Path) -> Path:
    """Where the receipt of a stored file is."""
    return stored.with_name(stored.name.split(".")[0] + RECEIPT_ENDING)


def write_receipt(settings: Settings, receipt: Receipt) -> None:
    """Write a receipt beside its file, durable when this returns."""
    write_json(receipt_path(settings.data_dir / receipt.stored_path), receipt.model_dump(mode="json"))


def receipts(settings: Settings) -> list[Receipt]:
    """Every receipt, landed and held, by arrival."""
    found = []
    for entry in (*_receipt_files(settings.raw_dir, RAW_DEPTH, NO_DEPARTMENTS), *_receipt_files(settings.held_dir, 0)):
        state = entry.stat()
        found.append(_parsed(entry.path, state.st_ino, state.st_mtime_ns))
    return sorted(found, key=lambda receipt: (receipt.arrived_at, receipt.file_name, receipt.sha256))


@lru_cache(maxsize=16384)
def _parsed(path: str, _inode: int, _changed: int) -> Receipt:
    """The receipt in a file, parsed once as long as the file stays the same."""
    return Receipt.model_validate_json(Path(path).read_text(encoding="utf-8"))


def landed_receipts(settings: Settings) -> list[Receipt]:
    """The receipts of files with a known feed and period, by arrival."""
    return [receipt for receipt in receipts(settings) if receipt.status == "landed"]


def _receipt_files(folder: str | Path, depth: int, passed_over: Sequence[str] = ()) -> Iterator[os.DirEntry[str]]:
    """Receipts in the folders ``depth`` levels below ``folder``; path objects would cost more than the disk.

    A folder that may not be read raises PermissionError: its deliveries must not be missing in silence.
    """
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if depth == 0 and entry.name.endswith(RECEIPT_ENDING):
                    yield entry
                elif depth > 0 and entry.name not in passed_over and entry.name[0] != "." and entry.is_dir():
                    yield from _receipt_files(entry.path, depth - 1)
    except FileNotFoundError:
        return
