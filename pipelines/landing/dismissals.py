"""A steward's decisions to put a held file aside: recorded with author and reason, never changed; no byte is deleted.

Belongs here: the record and reading it. Does not belong here: which held files have been settled by a later delivery.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from pipelines.landing.receipts import Receipt, receipts
from pipelines.meaning.overrides import append_decision, decision_lines

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.settings import Settings

FILE_NAME = "dismissals.jsonl"


class DismissalError(ValueError):
    """A decision that cannot be recorded; the message says why and what to do."""


class Dismissal(BaseModel):
    """One decision: nothing is to be done about this held file, because."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receipt_id: str
    author: str
    reason: str
    decided_at: datetime


def dismissals_file(settings: Settings) -> Path:
    """Where the decisions are: one JSON object a line, only ever appended to."""
    return settings.state_dir / FILE_NAME


def list_dismissals(settings: Settings) -> list[Dismissal]:
    """Every decision in the order in which they were made."""
    return [Dismissal.model_validate_json(line) for line in decision_lines(dismissals_file(settings))]


def dismissal_of(receipt: Receipt, dismissals: Iterable[Dismissal]) -> Dismissal | None:
    """The latest decision about a held file as it arrived; None when there is none.

    The same bytes that come again after the decision are a new delivery, and somebody has to look at it.
    """
    mine = [each for each in dismissals if each.receipt_id == receipt.receipt_id]
    return next((each for each in reversed(mine) if each.decided_at >= receipt.arrived_at), None)


def record_dismissal(settings: Settings, *, receipt_id: str, author: str, reason: str) -> Dismissal:
    """Append a decision, durable when this returns; the file stays where it is and can still be landed.

    Raises DismissalError without author or reason, and for what is no held file or has been dismissed before.
    """
    if not author.strip() or not reason.strip():
        raise DismissalError("A decision needs its author and its reason: who looked at the file, and why it is none.")
    receipt = next((each for each in receipts(settings) if each.receipt_id == receipt_id), None)
    if receipt is None or receipt.status != "held":
        raise DismissalError(
            f"{receipt_id} is no held file. `xianqing held` lists those that are; a file with feed and period is let "
            "pass with `xianqing override` or replaced by a corrected one."
        )
    if (before := dismissal_of(receipt, list_dismissals(settings))) is not None:
        raise DismissalError(f"{receipt_id} was dismissed by {before.author} on {before.decided_at:%Y-%m-%d} already.")
    decision = Dismissal(
        receipt_id=receipt_id,
        author=author.strip(),
        reason=" ".join(reason.split()),
        decided_at=datetime.now(UTC),
    )
    append_decision(dismissals_file(settings), decision)
    return decision
