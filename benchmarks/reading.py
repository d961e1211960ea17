"""Reading and judging of accepted county files against their bare reading, file by file, each in a fresh process.

``python -m benchmarks.reading FOLDER [NAMEPART…]`` measures every file below the folder that has one of the parts in
its path (all without a part) and holds exactly one table of a contract; others are named and passed over. One line a
file: seconds and ratio of wall time and of processor time, medians of three runs, and how many rows came in and were
rejected. Imports and contracts do not count, decoding and unpacking do; the floor writes Parquet, ours ends with the
judged table.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from pipelines.contracts import Contract, load_code_lists, load_contracts
from pipelines.reading.admission import admit
from pipelines.reading.judge import Rules, judge_table
from pipelines.reading.recognition import find_periods
from pipelines.reading.sources import candidates, open_source, read_candidate
from pipelines.reading.tables import FileRefusedError

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 3
SUFFIXES = (".csv", ".xlsx", ".xls")
_TIMED = """
import sys, time
from pathlib import Path
from benchmarks.floor import read_bare
from benchmarks.reading import read_and_judge
from pipelines.contracts import load_code_lists, load_contracts
contracts, _ = load_contracts(), load_code_lists()
path, scratch, period = Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]
wall, processor = time.perf_counter(), time.process_time()
told = read_bare([path], scratch) if sys.argv[1] == "bare" else read_and_judge(path, period, contracts)
print(time.perf_counter() - wall, time.process_time() - processor, told)
"""


def read_and_judge(path: Path, period: str, contracts: dict[str, Contract]) -> str:
    """The feed and the numbers of rows of a file; ``period`` is taken where neither its name nor title has one.

    Raises FileRefusedError for a file that is refused, ValueError for one without exactly one table of a contract.
    """
    source = open_source(admit(path))
    found = candidates(source, contracts)
    if len(found) != 1:
        raise ValueError(f"{len(found)} tables of a contract")
    contract = found[0].contract
    if contract.period.source != "column":
        period = next(iter(find_periods(source, found[0], path.name)), period)
    rules = Rules(period, None, allow_synthetic=True, code_lists=load_code_lists())
    judged = judge_table(read_candidate(source, found[0]), found[0].match, contract, rules)
    return f"{contract.feed}, {judged.row_in_count} rows, {judged.rejected_count} rejected"


def measure(what: str, path: Path, scratch: Path, period: str) -> tuple[float, float, str]:
    """Wall and processor seconds of ``bare`` or ``ours`` in a fresh process, and what it says of the file."""
    command = [sys.executable, "-c", _TIMED, what, str(path.resolve()), str(scratch), period]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    wall, processor, told = printed.split(maxsplit=2)
    return float(wall), float(processor), told.strip()


def main() -> None:
    """Print one line a file, and the ratios of the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="*", metavar="NAMEPART", help="parts of the paths of files; default: all files")
    parser.add_argument("--period", default="2020-01", help="period of files that state none, YYYY-MM")
    options = parser.parse_args()
    contracts = load_contracts()
    sums = {"bare": [0.0, 0.0], "ours": [0.0, 0.0]}
    for path in sorted(each for each in options.folder.rglob("*") if each.suffix.lower() in SUFFIXES):
        name = path.relative_to(options.folder).as_posix()
        if not path.is_file() or (options.parts and not any(part in name for part in options.parts)):
            continue
        try:
            told = read_and_judge(path, options.period, contracts)
        except (FileRefusedError, ValueError) as reason:
            print(f"{name}: passed over ({reason})", flush=True)
            continue
        medians = {}
        with tempfile.TemporaryDirectory() as scratch:
            for what, total in sums.items():
                runs = [measure(what, path, Path(scratch), options.period) for _ in range(ROUNDS)]
                medians[what] = [statistics.median(run[at] for run in runs) for at in (0, 1)]
                total[:] = [before + now for before, now in zip(total, medians[what], strict=True)]
        print(f"{name} ({told}): {_compared(**medians)}", flush=True)
    if sums["bare"][0]:
        print(f"all: {_compared(**sums)}")


def _compared(bare: list[float], ours: list[float]) -> str:
    said = [
        f"{kind} {ours[at]:.2f} s / {bare[at]:.2f} s = {ours[at] / bare[at]:.2f}"
        for at, kind in enumerate(("wall", "CPU"))
    ]
    return ", ".join(said)


if __name__ == "__main__":
    main()
