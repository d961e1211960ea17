"""Fixtures shared by all kinds of tests: one pocket county a test session, made by the real pipeline."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.settings import Settings, load_settings

# The longest files first, which have few tests: started last, one of them would end the suite alone.
KINDS = ("integration", "browser", "faults", "unit")
FIRST_PLACE = "shizong"
POCKET_SCALE = 0.05
POCKET_SEED = 7


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests by their kind; inside a kind they stay as they are."""
    here = Path(__file__).parent
    place = {kind: number for number, kind in enumerate(KINDS)}
    items.sort(key=lambda item: place.get(item.path.relative_to(here).parts[0], len(KINDS)))


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


Counties = Callable[[str], PocketCounty]


@pytest.fixture(scope="session")
def counties(tmp_path_factory: pytest.TempPathFactory) -> Counties:
    """Any place at 1/20, built once for all test processes when first asked for; treat its folders as read-only."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    if kept := os.environ.get("XIANQING_TEST_COUNTY"):
        base = Path(kept)

    def county_of(place: str) -> PocketCounty:
        home = base / ("pocket" if place == FIRST_PLACE else place)
        with _one_at_a_time(base / f"{home.name}.lock"):
            done = home / "done.json"
            if not done.exists():
                _build(place, home)
                done.write_text(json.dumps({"scale": POCKET_SCALE}))
        settings = load_settings({"XIANQING_DATA_DIR": str(home / "data"), "XIANQING_STABLE_SECONDS": "0"})
        return PocketCounty(settings, home / "deliveries")

    return county_of


@pytest.fixture(scope="session")
def pocket(counties: Counties) -> PocketCounty:
    """The first county with all its departments."""
    return counties(FIRST_PLACE)


def _build(place: str, home: Path) -> None:
    from pipelines.contracts import load_contracts
    from pipelines.installation import initialise
    from pipelines.landing import land
    from pipelines.run import run_pipeline
    from pipelines.simulate import simulate
    from pipelines.simulate.calibration import delivered_feeds

    not_sent = load_contracts().keys() - delivered_feeds(place)
    made = initialise(home / "data", place=place, synthetic=True, scale=POCKET_SCALE, not_expected=not_sent)
    settings = made.model_copy(update={"stable_seconds": 0})
    simulate(place, scale=POCKET_SCALE, months=12, seed=POCKET_SEED, out=home / "deliveries")
    files = sorted(path for path in (home / "deliveries" / "files").rglob("*") if path.is_file())
    land(files, settings, arrival="mtime")
    outcome = run_pipeline(settings)
    if outcome.state != "published":
        raise RuntimeError(f"the county of {place} was not published: {outcome}")


@pytest.fixture(scope="session")
def pocket_county(pocket: PocketCounty) -> Settings:
    """The settings of the published pocket county."""
    return pocket.settings
