"""What the pipeline tells a reading process before its first task."""

from __future__ import annotations

from pathlib import Path

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
