"""The parts of a run, each by itself in this process: reading by format, check digit, pseudonyms, the door.

Prints one line of JSON. Models, audit, verification and publishing are stages of the cold run (``benchmarks.cold``).
"""

from __future__ import annotations

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.reading import read_and_judge
from pipelines.contracts import load_contracts
from pipelines.gates.door import RECORD_FILE, Extract, door_gate
from pipelines.reading import current_inputs, ledgers
from pipelines.reading.identity import has_right_check_digit
from pipelines.reading.pseudonyms import pseudonyms
from pipelines.reading.tables import FileRefusedError
from pipelines.settings import load_settings

VALUES = 200_000
LARGEST = 3  # files of each format


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Processor seconds of a call, and what it returned."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def reading(files: Path) -> dict[str, dict[str, float]]:
    """By format the largest files that hold one table: processor seconds, megabytes and rows."""
    by_format: dict[str, list[Path]] = defaultdict(list)
    for path in files.rglob("*"):
        if path.is_file():
            by_format[path.suffix.lstrip(".")].append(path)
    contracts = load_contracts()
    told: dict[str, dict[str, float]] = {}
    for kind, paths in sorted(by_format.items()):
        about = {"files": 0.0, "cpu": 0.0, "megabytes": 0.0, "rows": 0.0}
        for path in sorted(paths, key=lambda each: -each.stat().st_size):
            if about["files"] == LARGEST:
                break
            try:
                seconds, result = timed(lambda path=path: read_and_judge(path, "2020-12", contracts))  # type: ignore[misc]
            except (FileRefusedError, ValueError):
                continue
            about["files"] += 1
            about["cpu"] = round(about["cpu"] + seconds, 2)
            about["megabytes"] = round(about["megabytes"] + path.stat().st_size / 1e6, 2)
            about["rows"] += int(str(result).split(", ")[1].split()[0])
        told[kind] = about
    return told


def numbers() -> dict[str, float]:
    """Seconds for a million numbers: the check digit of identities, and keyed pseudonyms."""
    drawn = np.random.default_rng(7).integers(10**16, 10**17, VALUES).astype(str)
    texts = pl.Series([f"{text}X" for text in drawn])
    digit, _ = timed(lambda: has_right_check_digit(texts))
    keyed, _ = timed(lambda: pseudonyms(texts.to_list(), key=b"0" * 32, domain="person"))
    return {
        "check_digit_per_million": round(digit * 1e6 / VALUES, 2),
        "pseudonyms_per_million": round(keyed * 1e6 / VALUES, 2),
    }


def door(data_dir: Path) -> dict[str, float]:
    """The gate at the door over everything that counts in a data folder, its records forgotten before."""
    settings = load_settings({"XIANQING_DATA_DIR": str(data_dir)})
    counts = {one.receipt_id: one for one in ledgers(settings)}
    extracts = []
    for one in current_inputs(settings):
        one.accepted_path.with_name(RECORD_FILE).unlink(missing_ok=True)
        known = counts[one.receipt_id]
        extracts.append(
            Extract(one.receipt_id, one.feed, one.accepted_path, known.accepted_count, known.content_hash or "")
        )
    load, _ = timed(lambda: __import__("great_expectations"))
    seconds, gate = timed(lambda: door_gate(load_contracts(), extracts))
    return {
        "loading_great_expectations": round(load, 2),
        "checking": round(seconds, 2),
        "rows": float(sum(each.accepted_count for each in extracts)),
        "checks": float(len(getattr(gate, "checks", ()))),
    }


def all_parts(files: Path, data_dir: Path) -> dict[str, Any]:
    """Every part."""
    return {"reading": reading(files), "numbers": numbers(), "door": door(data_dir)}


if __name__ == "__main__":
    print(json.dumps(all_parts(Path(sys.argv[1]), Path(sys.argv[2]))))
