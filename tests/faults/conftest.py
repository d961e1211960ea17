"""Fixtures of the fault tests: an office with two toy feeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.areas import build_areas
from pipelines.settings import Settings
from tests.faults.office import CONTRACTS, Office


@pytest.fixture(scope="session")
def areas_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_areas(Settings(data_dir=tmp_path_factory.mktemp("areas")))


@pytest.fixture
def office(tmp_path: Path, areas_file: Path) -> Office:
    settings = Settings(
        data_dir=tmp_path / "data", contracts_dir=CONTRACTS, allow_synthetic=True, stable_seconds=0, worker_count=1
    )
    settings.vault_dir.mkdir(parents=True, mode=0o700)
    settings.pseudonym_key_file.write_bytes(b"k" * 32)
    settings.pseudonym_key_file.chmod(0o600)
    settings.areas_file.parent.mkdir(parents=True)
    settings.areas_file.write_bytes(areas_file.read_bytes())
    desk = tmp_path / "desk"
    desk.mkdir()
    return Office(settings, desk)
