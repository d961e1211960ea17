"""The floor and the cold run of every place, each an installation of its own: all places together against the first.

Belongs here: what is run and kept. Does not belong here: how it is told (``report``).
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from benchmarks.county import make_county, warm_cache
from benchmarks.measuring import measure, python
from pipelines.simulate.places import PLACES


def run_places(base: Path, sizes: list[tuple[float, int]], seed: int) -> list[dict[str, Any]]:
    """One entry a place for every (scale, months): files, rows, bytes, and both runs as ``measure`` tells them.

    Raises SystemExit when a cold run publishes nothing.
    """
    return [_one(base, scale, months, seed, place) for scale, months in sizes for place in PLACES]


def _one(base: Path, scale: float, months: int, seed: int, place: str) -> dict[str, Any]:
    county = make_county(base / f"{place}-{scale:.3f}", scale, months, seed, place)
    count, size = warm_cache(county.files)
    floor = measure(python("-m", "benchmarks.floor", str(county.files), str(base / "floor")), base)
    cold = measure(python("-m", "benchmarks.cold", str(county.files), str(base / "cold"), place), base)
    if json.loads(cold.told)["state"] != "published":
        raise SystemExit(f"the cold run of {place} published nothing: {cold.told}")
    found = {"place": place, "scale": scale, "months": months, "files": count, "bytes": size, "rows": county.rows}
    for folder in (county.folder, base / "floor", base / "cold"):
        shutil.rmtree(folder)
    print(f"  {place}: floor {floor.wall} s, cold run {cold.wall} s", flush=True)
    return found | {"floor": floor.as_json(), "cold": cold.as_json()}
