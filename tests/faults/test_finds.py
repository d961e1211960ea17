"""Inputs that once broke a parser, replayed through the invariants of its fuzz target; and a short fuzz run each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz.seeds import seeds
from fuzz.targets import TARGETS

FINDS = sorted(path for path in (Path(__file__).parent / "finds").rglob("*") if path.is_file())
PROJECT_DIR = Path(__file__).parents[2]
RUNS = {"text": 1500, "xlsx": 1500, "xls": 1500, "parquet": 1000, "values": 1500, "protocol": 5000}
# libFuzzer limits the peak of memory, and Linux hands that of a process on to what it executes, which would be
# this whole suite's. The shell's own child begins at nothing.
OF_ITS_OWN = ("sh", "-c", '"$@"; exit $?', "sh")


@pytest.mark.parametrize("find", FINDS, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_f36_what_once_broke_a_parser_breaks_it_no_more(find: Path) -> None:
    TARGETS[find.parent.name](find.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_of_a_target_hold(target: str) -> None:
    for seed in seeds(target):
        TARGETS[target](seed)


@pytest.mark.skipif(sys.platform != "linux", reason="atheris runs on Linux only")
@pytest.mark.parametrize("target", TARGETS)
def test_f15_f36_a_short_fuzz_run_finds_nothing(target: str, tmp_path: Path) -> None:
    options = [f"-runs={RUNS[target]}", "-seed=7", "-len_control=0", "-max_total_time=8", "-timeout=30"]
    done = subprocess.run(
        [*OF_ITS_OWN, sys.executable, "-m", "fuzz.run", target, *options, f"-artifact_prefix={tmp_path}/"],
        cwd=PROJECT_DIR,
        env=os.environ | {"POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
