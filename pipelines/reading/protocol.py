"""What the pipeline and a reading process say to each other.

Belongs here: the first line to a process, and what counts as its answer. A process that read a hostile file is not
believed: an answer of the wrong form is no answer.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from pipelines.contracts import CodeValue, Contract, load_code_lists, load_contracts
from pipelines.settings import Settings


class WorkerConfig(BaseModel):
    """What every task of a worker shares; first line on its standard input.

    Contracts and code lists are those that the pipeline has loaded: it notes under which contract a file was judged.
    """

    model_config = ConfigDict(frozen=True)

    memory_mb: int
    contracts: dict[str, Contract]
    code_lists: dict[str, tuple[CodeValue, ...]]
    areas_file: Path | None
    allow_synthetic: bool
    key_hex: str

    @classmethod
    def of(cls, settings: Settings, key: bytes = b"") -> Self:
        """What the installation says; raises ValueError for a contract that is not valid."""
        return cls(
            memory_mb=settings.worker_memory_mb,
            contracts=load_contracts(settings.contracts_dir),
            code_lists=load_code_lists(),
            areas_file=settings.areas_file if settings.areas_file.exists() else None,
            allow_synthetic=settings.allow_synthetic,
            key_hex=key.hex(),
        )


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
