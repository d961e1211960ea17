"""Measuring one command: wall and processor time, and the largest resident set of each kind of process it started."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SAMPLE_SECONDS = 0.1


@dataclass(frozen=True)
class Measured:
    """One run of one command; ``peaks`` are MB by kind of process, ``told`` the last line it printed."""

    wall: float
    cpu: float
    peak_mb: float
    peaks: dict[str, float] = field(default_factory=dict)
    told: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self)


def measure(command: list[str], scratch: Path, environment: Mapping[str, str] | None = None) -> Measured:
    """Run a command to its end. Raises SystemExit when it fails: a failed run has no speed."""
    output = scratch / "told.txt"
    with output.open("w", encoding="utf-8") as handle:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=handle, env=os.environ | {"PYTHONUTF8": "1"} | dict(environment or {})
        )
        peaks: dict[str, float] = {}
        while True:
            done, status, usage = os.wait4(process.pid, os.WNOHANG)
            if done:
                break
            _sample(process.pid, peaks)
            time.sleep(SAMPLE_SECONDS)
        wall = time.perf_counter() - started
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"{' '.join(command)} failed: run it by itself to see why")
    lines = output.read_text(encoding="utf-8").splitlines()
    return Measured(
        round(wall, 2),
        round(usage.ru_utime + usage.ru_stime, 2),
        round(usage.ru_maxrss / 1024),
        peaks,
        (lines or [""])[-1],
    )


def _sample(root: int, peaks: dict[str, float]) -> None:
    """Take down the high-water mark of every living process below ``root``."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    waiting = [root]
    while waiting:
        number = waiting.pop()
        waiting += children.get(number, [])
        _take(number, peaks)


def _take(number: int, peaks: dict[str, float]) -> None:
    try:
        words = Path(f"/proc/{number}/cmdline").read_text().split("\0")
        status = Path(f"/proc/{number}/status").read_text()
    except OSError:
        return
    marks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    kind = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "-m"), Path(words[0]).name)
    if marks:
        peaks[kind] = max(peaks.get(kind, 0.0), round(int(marks[0]) / 1024))


def median(runs: Iterable[Mapping[str, Any]], what: str) -> float:
    """The median of one measure over runs as the results file holds them."""
    return statistics.median(float(run[what]) for run in runs)


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]
