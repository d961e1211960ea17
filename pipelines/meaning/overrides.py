"""A steward's decisions to let one file pass one check: recorded with author and reason, never changed (F46).

Belongs here: the record and reading it. Does not belong here: what a waived check does to a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pipelines.files import fsync_directory

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

FILE_NAME = "overrides.jsonl"
WAIVABLE = (
    "no_rows",
    "rejected_share",
    "row_count",
    "stated_rows",
    "group_count",
    "total_mismatch",
    "unit_change",
    "plausible_median",
    "sign_change",
    "columns_swapped",
    "codes_exchanged",
    "code_shift",
    "blank_share",
    "constant_column",
    "distinct_collapse",
    "drift",
)


class OverrideError(ValueError):
    """A decision that cannot be recorded; the message says why and what to do."""


class Override(BaseModel):
    """One decision: this file passes this check, because."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receipt_id: str
    check: str
    author: str
    reason: str
    decided_at: datetime


def overrides_file(settings: Settings) -> Path:
    """Where the decisions are: one JSON object a line, only ever appended to."""
    return settings.state_dir / FILE_NAME


def list_overrides(settings: Settings) -> list[Override]:
    """Every decision in the order in which they were made; a line cut off by a power failure does not count."""
    path = overrides_file(settings)
    if not path.exists():
        return []
    *whole, _ = path.read_text(encoding="utf-8").split("\n")
    return [Override.model_validate_json(line) for line in whole if line.strip() and line.endswith("}")]


def waived_checks(overrides: Iterable[Override]) -> dict[str, dict[str, Override]]:
    """Per file the checks that it passes by decision, each with the latest decision."""
    found: dict[str, dict[str, Override]] = {}
    for each in overrides:
        found.setdefault(each.receipt_id, {})[each.check] = each
    return found


def record_override(settings: Settings, *, receipt_id: str, check: str, author: str, reason: str) -> Override:
    """Append a decision, durable when this returns; takes effect whenever ledgers are settled next.

    Raises OverrideError for a check that nobody can waive, a file that has not been read or that this check does not
    stop, and without author or reason.
    """
    from pipelines.reading import ledgers

    if check not in WAIVABLE:
        raise OverrideError(f"{check} cannot be waived. Choose one of: {', '.join(WAIVABLE)}.")
    if not author.strip() or not reason.strip():
        raise OverrideError("A decision needs its author and its reason: who looked into it, and what was found.")
    ledger = next((each for each in ledgers(settings) if each.receipt_id == receipt_id), None)
    if ledger is None:
        raise OverrideError(
            f"No file {receipt_id} has been read. `xianqing held` and `xianqing ledger` list the files."
        )
    stopped = ledger.stopped_by
    if check not in stopped:
        listed = ", ".join(stopped) or "no check"
        raise OverrideError(f"{receipt_id} is stopped by {listed}, not by {check}: there is nothing to waive.")
    decision = Override(
        receipt_id=receipt_id,
        check=check,
        author=author.strip(),
        reason=" ".join(reason.split()),
        decided_at=datetime.now(UTC),
    )
    path = overrides_file(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        is_cut_off = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        line = ("\n" if is_cut_off else "") + decision.model_dump_json() + "\n"
        os.write(descriptor, line.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fsync_directory(path.parent)
    return decision
