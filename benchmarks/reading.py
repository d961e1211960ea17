"""Reading and judging of clean county files against their bare reading, file by file, processor time of one process.

``python -m benchmarks.reading FOLDER`` takes the files that were delivered as corrected, or without damage, of a
simulated county: those that are accepted whole. Decoding counts in ours and in the floor.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

FEEDS = ("person_register", "household_register", "residents", "fund_payment", "fund_quota", "register_changes")
ROUNDS = 3

_OURS = """
import sys, time
from pathlib import Path
from pipelines.contracts import load_code_lists, load_contracts
from pipelines.reading.judge import Rules, judge_table
from pipelines.reading.recognition import find_periods
from pipelines.reading.sources import candidates, open_source, read_candidate
contracts = load_contracts()
path = Path(sys.argv[1])
started = time.process_time()
source = open_source(path.read_bytes())
(found,) = candidates(source, contracts)
period = find_periods(source, found, path.name)[0] if found.contract.period.source != "column" else sys.argv[2]
judged = judge_table(
    read_candidate(source, found), found.match, found.contract,
    Rules(period, None, allow_synthetic=True, code_lists=load_code_lists()),
)
print(time.process_time() - started, found.contract.feed, judged.row_in_count, judged.rejected_count)
"""
_BARE = """
import sys, time
from pathlib import Path
from benchmarks.floor import read_bare
started = time.process_time()
read_bare([Path(sys.argv[1])], Path(sys.argv[2]))
print(time.process_time() - started)
"""


def measure(code: str, *arguments: str) -> list[str]:
    """What a fresh process prints that runs the code."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def main() -> None:
    """Print one line a file and the ratio of the sums."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("files", nargs="+", help="names of files, or parts of names")
    parser.add_argument("--period", default="2020-01")
    options = parser.parse_args()
    scratch = options.folder / ".bare"
    bare_sum = ours_sum = 0.0
    for path in sorted(options.folder.rglob("*")):
        if not path.is_file() or not any(part in path.name for part in options.files):
            continue
        bare, ours, about = [], [], [""]
        for _ in range(ROUNDS):
            bare.append(float(measure(_BARE, str(path), str(scratch))[0]))
            seconds, *about = measure(_OURS, str(path), options.period)
            ours.append(float(seconds))
        bare_sum += statistics.median(bare)
        ours_sum += statistics.median(ours)
        ratio = statistics.median(ours) / statistics.median(bare)
        print(f"{about}: bare {statistics.median(bare):.2f} s, ours {statistics.median(ours):.2f} s, ratio {ratio:.2f}")
    print(f"all: bare {bare_sum:.2f} s, ours {ours_sum:.2f} s, ratio {ours_sum / bare_sum:.2f}")


if __name__ == "__main__":
    main()
