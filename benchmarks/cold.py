"""The cold run: the same files through the whole pipeline into a first release, in a fresh data folder."""

from __future__ import annotations

import sys
from pathlib import Path

from pipelines.installation import initialise
from pipelines.landing import land
from pipelines.run import run_pipeline


def run_cold(folder: Path, data_dir: Path) -> str:
    """Lands every file under ``folder`` and runs the pipeline once; returns the run's state."""
    settings = initialise(data_dir, place="shizong", synthetic=True)
    land(sorted(p for p in folder.rglob("*") if p.is_file()), settings, arrival="mtime")
    return run_pipeline(settings).state


if __name__ == "__main__":
    print(run_cold(Path(sys.argv[1]), Path(sys.argv[2])))
