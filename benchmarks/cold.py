"""A run on given files: in a fresh data folder the cold run of a place, in one that holds earlier months one new month.

Prints one line of JSON: the run's state, and wall and processor seconds of each stage with its children's.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from pipelines.installation import initialise
from pipelines.landing import land
from pipelines.reporting import STAGE_NAMES
from pipelines.run import run_pipeline
from pipelines.settings import load_settings
from pipelines.simulate.places import FIRST_PLACE

STAGE_OF = {text.en: stage for stage, text in STAGE_NAMES.items()}


class Watch:
    """Time spent between the stages that a run announces."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._stage, self._since = "start", self._now()

    @staticmethod
    def _now() -> tuple[float, float]:
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return time.perf_counter(), sum(usage.ru_utime + usage.ru_stime for usage in usages)

    def enter(self, stage: str) -> None:
        """The next stage begins; what was spent belongs to the one before."""
        now = self._now()
        before = self.stages.setdefault(self._stage, {"wall": 0.0, "cpu": 0.0})
        for name, then, at in zip(("wall", "cpu"), self._since, now, strict=True):
            before[name] = round(before[name] + at - then, 2)
        self._stage, self._since = stage, now

    def progress(self, _done: int, _total: int, text: str) -> None:
        """What a run calls; other texts than the names of stages are passed over."""
        if text in STAGE_OF:
            self.enter(STAGE_OF[text])


def run_on(folder: Path, data_dir: Path, place: str = FIRST_PLACE) -> dict[str, Any]:
    """Land every file under ``folder`` and run the pipeline of a place once; returns state and stages."""
    watch = Watch()
    settings = load_settings({"XIANQING_DATA_DIR": str(data_dir)})
    if not settings.installation_file.is_file():
        settings = initialise(data_dir, place=place, synthetic=True)
    watch.enter("recognise")
    land(sorted(p for p in folder.rglob("*") if p.is_file()), settings, arrival="mtime")
    watch.enter("start")
    state = run_pipeline(settings, progress=watch.progress).state
    watch.enter("end")
    return {"state": state, "stages": watch.stages}


if __name__ == "__main__":
    print(json.dumps(run_on(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])))
