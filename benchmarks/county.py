"""The files that a benchmark runs on: a synthetic county, whole and split before its last month."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ROOT, python


@dataclass(frozen=True)
class BenchCounty:
    """Where the files are; ``before`` and ``last_month`` together are ``files``."""

    folder: Path

    @property
    def files(self) -> Path:
        """Everything that was delivered."""
        return self.folder / "files"

    @property
    def before(self) -> Path:
        """What was delivered before the last month."""
        return self.folder / "before"

    @property
    def last_month(self) -> Path:
        """What was delivered for the last month, corrections included."""
        return self.folder / "last_month"


def make_county(folder: Path, scale: float, months: int, seed: int) -> BenchCounty:
    """The county in ``folder``, simulated unless it is there already; last month's deliveries are hard links beside."""
    if not (folder / "truth").is_dir():
        arguments = ["--scale", str(scale), "--months", str(months), "--seed", str(seed), "--out", str(folder)]
        subprocess.run(
            python("-m", "pipelines.cli", "simulate", "--place", "shizong", *arguments), check=True, cwd=ROOT
        )
    county = BenchCounty(folder)
    if not county.before.is_dir():
        _split(county, f"2020-{months:02d}")
    return county


def _split(county: BenchCounty, last_period: str) -> None:
    """Link every file into one of two folders by the period that the truth file names; times stay."""
    truth = json.loads((county.folder / "truth" / "manifest.json").read_text(encoding="utf-8"))
    for entry in truth["files"]:
        side = county.last_month if entry["period"] == last_period else county.before
        target = side / entry["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(county.files / entry["path"], target)


def warm_cache(folder: Path) -> tuple[int, int]:
    """Read every file once so that all sides start from memory; returns files and bytes."""
    sizes = [len(path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)
