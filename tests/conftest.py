"""Fixtures shared by all kinds of tests: one pocket county a test session, made by the real pipeline."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.settings import Settings

POCKET_SCALE = 0.05
POCKET_SEED = 7


@dataclass(frozen=True)
class PocketCounty:
    """A synthetic county at 1/20 with its deliveries, its truth and one published release."""

    settings: Settings
    deliveries: Path
    scale: float = POCKET_SCALE

    @property
    def truth(self) -> Path:
        return self.deliveries / "truth"


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> PocketCounty:
    """The county is built once for all test processes; treat its folders as read-only."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    if kept := os.environ.get("XIANQING_TEST_COUNTY"):
        base = Path(kept)
    home = base / "pocket"
    county = PocketCounty(Settings(data_dir=home / "data", stable_seconds=0, allow_synthetic=True), home / "deliveries")
    with _one_at_a_time(base / "pocket.lock"):
        done = home / "done.json"
        if not done.exists():
            _build(county)
            done.write_text(json.dumps({"scale": county.scale}))
    return county


def _build(county: PocketCounty) -> None:
    from pipelines.installation import initialise
    from pipelines.landing import land
    from pipelines.run import run_pipeline
    from pipelines.simulate import simulate

    initialise(county.settings.data_dir, place="shizong", synthetic=True, scale=county.scale)
    simulate("shizong", scale=county.scale, months=12, seed=POCKET_SEED, out=county.deliveries)
    files = sorted(path for path in (county.deliveries / "files").rglob("*") if path.is_file())
    land(files, county.settings, arrival="mtime")
    outcome = run_pipeline(county.settings)
    if outcome.state != "published":
        raise RuntimeError(f"the pocket county was not published: {outcome}")


@pytest.fixture(scope="session")
def pocket_county(pocket: PocketCounty) -> Settings:
    """The settings of the published pocket county."""
    return pocket.settings
