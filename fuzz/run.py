"""Run one target: ``python -m fuzz.run text -max_total_time=600`` (options are libFuzzer's).

Belongs here: atheris. A find is written as ``crash-…`` into the working folder, to be shortened and put into
``tests/faults/finds/<target>``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris

# As in a reading process: one thread each, or a native pool may wait for a thread that libFuzzer stopped.
os.environ.update(OMP_NUM_THREADS="1", POLARS_MAX_THREADS="1")

with atheris.instrument_imports(include=["pipelines.reading"]):
    from fuzz.seeds import seeds
    from fuzz.targets import TARGETS

LONGEST_INPUT = 8192


def main() -> None:
    """Fuzz the target named first; further arguments go to libFuzzer."""
    name, *options = sys.argv[1:]
    target = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds(name)):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        atheris.Setup([sys.argv[0], f"-max_len={LONGEST_INPUT}", "-rss_limit_mb=2048", *options, folder], target)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
