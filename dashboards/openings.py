"""The record of who opened a household's page, when and for what: one line each, appended, never changed here.

Belongs here: writing and reading the record. Does not belong here: what the page shows.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

FILE = "household_openings.jsonl"
REASONS = ("visit", "check", "petition", "help", "other")


def record(state_dir: Path, *, household_key: str, release_id: str, reason: str, reader: str) -> None:
    """Append one opening and make sure that it is on the disk before anything is shown.

    Raises ValueError for an unknown reason, OSError when the record cannot be written: then the page stays closed.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason} is no reason to open a household: choose one of {', '.join(REASONS)}")
    line = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "household_key": household_key,
        "release_id": release_id,
        "reason": reason,
        "reader": reader,
    }
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / FILE).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
        log.flush()
        os.fsync(log.fileno())


def recorded(state_dir: Path, household_key: str) -> list[dict[str, Any]]:
    """The openings of one household, newest first."""
    path = state_dir / FILE
    if not path.is_file():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line["household_key"] == household_key][::-1]
