"""`make bench`: floor and cold run in turn on the same files, medians, spread and peak memory, as ratios.

Writes docs/benchmarks.md and benchmarks/out/benchmarks.json. Times of one machine mean little; the ratio of two runs in
turn on it means something.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Measured:
    """One run of one command: wall seconds, processor seconds, largest resident set of one process in MB."""

    wall: float
    cpu: float
    peak_mb: float


@dataclass(frozen=True)
class Result:
    """What one benchmark measured: ``floor`` and ``cold`` run by run, in turn."""

    scale: float
    files: int
    bytes: int
    floor: list[Measured]
    cold: list[Measured]


def measure(command: list[str]) -> Measured:
    """Runs a command to its end and takes the operating system's account of it and its children."""
    started = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ | {"PYTHONUTF8": "1"})
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed: run it by itself to see why")
    return Measured(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def warm_cache(folder: Path) -> tuple[int, int]:
    """Reads every file once so that both sides start from memory; returns files and bytes."""
    sizes = [len(path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)


def median(runs: list[Measured], what: str) -> float:
    return statistics.median(getattr(run, what) for run in runs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xianqing-bench-") as scratch:
        base = Path(scratch)
        python = sys.executable
        subprocess.run(
            [python, "-m", "pipelines.cli", "simulate", "--place", "shizong", "--scale", str(options.scale),
             "--months", "12", "--seed", "7", "--out", str(base / "county")],
            check=True, cwd=ROOT,
        )  # fmt: skip
        files = base / "county" / "files"
        count, size = warm_cache(files)
        floors, colds = [], []
        for turn in range(options.runs):
            floors.append(measure([python, "-m", "benchmarks.floor", str(files), str(base / f"floor-{turn}")]))
            colds.append(measure([python, "-m", "benchmarks.cold", str(files), str(base / f"cold-{turn}")]))
            for kind in ("floor", "cold"):
                shutil.rmtree(base / f"{kind}-{turn}")
    result = Result(options.scale, count, size, floors, colds)
    out = ROOT / "benchmarks" / "out"
    out.mkdir(exist_ok=True)
    (out / "benchmarks.json").write_text(json.dumps(asdict(result), indent=2) + "\n", encoding="utf-8")
    text = "\n".join(report(result))
    (ROOT / "docs" / "benchmarks.md").write_text(text + "\n", encoding="utf-8")
    print(text)


def report(result: Result) -> list[str]:
    """The page for people, as Markdown lines."""
    ratios = sorted(cold.wall / floor.wall for cold, floor in zip(result.cold, result.floor, strict=True))
    rows = [
        f"| {name} | {median(runs, 'wall'):.1f} s | {median(runs, 'cpu'):.1f} s | {median(runs, 'peak_mb'):.0f} MB |"
        for name, runs in (
            ("floor: bare reading into Parquet", result.floor),
            ("cold run: files to release", result.cold),
        )
    ]
    how = f"{len(ratios)} runs of each in turn on {os.cpu_count()} cores, warm cache."
    spread = f"(from {ratios[0]:.1f} to {ratios[-1]:.1f})"
    return [
        "# Benchmarks",
        "",
        f"Written by `make bench SCALE={result.scale}`: {result.files} files, {result.bytes / 1e6:.0f} MB, {how}",
        "",
        "| run | wall, median | processor, median | largest process |",
        "|---|---|---|---|",
        *rows,
        "",
        f"The cold run takes **{statistics.median(ratios):.1f} ×** the floor {spread}.",
        "The floor reads the same files without judging them: DuckDB for text after decoding, fastexcel for",
        "workbooks, one process. The cold run starts Python anew, checks every cell, and ends with a verified release.",
    ]


if __name__ == "__main__":
    main()
