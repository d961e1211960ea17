"""A steward's decisions to let one file pass one check: recorded with author and reason, never changed (F46).

Belongs here: the record and reading it. Does not belong here: what a waived check does to a verdict.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Text
from pipelines.files import fsync_directory

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

FILE_NAME = "overrides.jsonl"
CHECK_NAMES = {
    "no_rows": Text(zh="文件没有数据行", en="no data rows"),
    "rejected_share": Text(zh="不合格行过多", en="too many rejected rows"),
    "row_count": Text(zh="行数与上一期相差过大", en="row count unlike the period before"),
    "stated_rows": Text(zh="行数与随附清单不符", en="row count unlike the manifest"),
    "group_count": Text(zh="分组行数与上一期相差过大", en="rows of a group unlike the period before"),
    "resent_rows": Text(zh="重报的文件行数或金额少了很多", en="far fewer rows or far less money than before"),
    "total_mismatch": Text(zh="自带合计与各行不符", en="stated total unlike the rows"),
    "unit_change": Text(zh="计量单位可能变化", en="changed unit"),
    "plausible_median": Text(zh="数值大小不合常理", en="implausible size of values"),
    "sign_change": Text(zh="正负号变化", en="changed sign"),
    "columns_swapped": Text(zh="两列疑似对调", en="exchanged columns"),
    "codes_exchanged": Text(zh="两个代码疑似对调", en="exchanged codes"),
    "code_shift": Text(zh="代码构成变化", en="shifted codes"),
    "blank_share": Text(zh="空值增多", en="more blanks"),
    "constant_column": Text(zh="整列变为同一个值", en="a column of one value"),
    "distinct_collapse": Text(zh="取值大量减少", en="far fewer distinct values"),
    "drift": Text(zh="数值逐期漂移", en="slow drift"),
}
WAIVABLE = tuple(CHECK_NAMES)


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
    return [Override.model_validate_json(line) for line in decision_lines(overrides_file(settings))]


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
    append_decision(overrides_file(settings), decision)
    return decision


def append_decision(path: Path, decision: BaseModel) -> None:
    """Append one decision as a line of its own, durable when this returns; a line that was cut off stays apart."""
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


def decision_lines(path: Path) -> list[str]:
    """The whole lines of a file of decisions, in the order in which they were made; a cut-off one does not count."""
    if not path.exists():
        return []
    *whole, _ = path.read_text(encoding="utf-8").split("\n")
    return [line for line in whole if line.strip() and line.endswith("}")]
