"""What became of one node of the dbt project, whoever executed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NodeState = Literal["passed", "warned", "failed", "error", "skipped"]


@dataclass(frozen=True)
class NodeResult:
    """One model, seed or test; ``failures`` are the rows a test found.

    ``attached_model`` is the one model a test is about, None for a test over several; ``depends_on`` are all of them.
    ``is_standing``: nothing it depends on has changed since the release before, so its result is that of then.
    """

    unique_id: str
    name: str
    kind: str
    state: NodeState
    failures: int
    seconds: float
    message: str
    attached_model: str | None
    depends_on: tuple[str, ...] = ()
    is_standing: bool = False
