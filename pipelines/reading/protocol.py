"""What the pipeline and a reading process say to each other.

Belongs here: the first line to a process, and what counts as its answer. A process that read a hostile file is not
believed: an answer of the wrong form is no answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import Contract, load_contracts


class WorkerConfig(BaseModel):
    """What every task of a worker shares; first line on its standard input."""

    model_config = ConfigDict(frozen=True)

    memory_mb: int
    contracts_dir: Path
    areas_file: Path | None
    allow_synthetic: bool
    key_hex: str

    @property
    def contracts(self) -> dict[str, Contract]:
        """The contracts of the installation."""
        return load_contracts(self.contracts_dir)


LONGEST_ANSWER = 256 * 1024 * 1024


def parse_answer(line: str) -> dict[str, Any] | None:
    """The answer in a line: ``{"result": {…}}`` or ``{"error": place, "is_memory": bool}``; None for anything else."""
    try:
        answer = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(answer, dict):
        return None
    if isinstance(answer.get("result"), dict):
        return {"result": answer["result"]}
    if isinstance(answer.get("error"), str):
        return {"error": answer["error"], "is_memory": answer.get("is_memory") is True}
    return None
