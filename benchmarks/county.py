"""The files that a benchmark runs on: a synthetic county, whole, and split at the first day of a month of arrivals.

A new month is what a department's inbox sees of it: the files that arrive in one calendar month, whatever they speak
about, late ones and corrections included. The files of the last month of the year carry most yearly registers.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, python
from pipelines.simulate.places import FIRST_PLACE


@dataclass(frozen=True)
class Arrivals:
    """What arrives in one calendar month 'YYYY-MM': files, rows as delivered, bytes."""

    month: str
    files: int
    rows: int
    bytes: int

    def as_json(self) -> dict[str, Any]:
        """For the results file."""
        return asdict(self)


@dataclass(frozen=True)
class BenchCounty:
    """Where the files are: ``files`` is everything that was delivered, below one folder for each day."""

    folder: Path
    months: int

    @property
    def files(self) -> Path:
        """Everything that was delivered."""
        return self.folder / "files"

    @cached_property
    def _delivered(self) -> list[dict[str, Any]]:
        truth = json.loads((self.folder / "truth" / "manifest.json").read_text(encoding="utf-8"))
        return list(truth["files"])

    def arrivals(self) -> list[Arrivals]:
        """The last ``months`` calendar months in which files arrive, oldest first; before them lie earlier years."""
        found: dict[str, list[int]] = {}
        for entry in self._delivered:
            size = (self.files / entry["path"]).stat().st_size
            before = found.setdefault(_month_of(entry["path"]), [0, 0, 0])
            for at, more in enumerate((1, entry["row_count"], size)):
                before[at] += more
        return [Arrivals(month, *found[month]) for month in sorted(found)[-self.months :]]

    @property
    def rows(self) -> int:
        """Rows of all delivered files, corrections included."""
        return sum(entry["row_count"] for entry in self._delivered)

    def before(self, month: str) -> Path:
        """A folder with what arrives before ``month``."""
        return self._split(month) / "before"

    def within(self, month: str) -> Path:
        """A folder with what arrives in ``month``."""
        return self._split(month) / "within"

    def _split(self, month: str) -> Path:
        """Hard links to the files until the end of ``month``, in two folders; times of arrival stay."""
        split = self.folder / "splits" / month
        if not split.is_dir():
            for entry in self._delivered:
                if (of_file := _month_of(entry["path"])) <= month:
                    side = "within" if of_file == month else "before"
                    target = split.with_suffix(".draft") / side / entry["path"]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.unlink(missing_ok=True)
                    os.link(self.files / entry["path"], target)
            split.with_suffix(".draft").rename(split)
        return split


def _month_of(path: str) -> str:
    """The month of arrival of a delivered file, which lies below its day."""
    return path[: len("2020-01")]


def ordinary(arrivals: list[Arrivals]) -> Arrivals:
    """The month of median size; of the two in the middle the larger one."""
    return sorted(arrivals, key=lambda one: (one.bytes, one.month))[len(arrivals) // 2]


def make_county(folder: Path, scale: float, months: int, seed: int, place: str = FIRST_PLACE) -> BenchCounty:
    """The place's county in ``folder``, simulated unless it is there already."""
    if not (folder / "truth").is_dir():
        arguments = ["--scale", str(scale), "--months", str(months), "--seed", str(seed), "--out", str(folder)]
        subprocess.run(python("-m", "pipelines.cli", "simulate", "--place", place, *arguments), check=True, cwd=ROOT)
    return BenchCounty(folder, months)


def copy_data(source: Path, target: Path) -> None:
    """A data folder like another one, in which what was judged is the same files and not copies of them.

    A build knows a judged file by its identity on disk: a mere copy would have it built as if all were new. Nothing
    ever writes into a judged file, so both folders may share it.
    """
    bronze = source / "bronze"

    def put(path: str, to: str) -> str:
        if Path(path).is_relative_to(bronze):
            os.link(path, to)
            return to
        return str(shutil.copy2(path, to))

    shutil.copytree(source, target, copy_function=put)


def warm_cache(folder: Path) -> tuple[int, int]:
    """Read every file once so that all sides start from memory; returns files and bytes."""
    sizes = [len(path.read_bytes()) for path in folder.rglob("*") if path.is_file()]
    return len(sizes), sum(sizes)
