"""Making, reading and scoring the suite on a few processes, and writing what came of it.

Belongs here: the run and its command line. Does not belong here: damage, truth, what counts as right.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

from benchmarks.pollution.peers import guarded, readers
from benchmarks.pollution.plan import make, plan
from benchmarks.pollution.registry import Seat
from benchmarks.pollution.report import page, worst
from benchmarks.pollution.results import Results, Tally, merge
from benchmarks.pollution.scorer import score

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "pollution.md"
OUT = ROOT / "benchmarks" / "out" / "pollution.json"
CHUNK = 40


def run_chunk(seats: Sequence[Seat], *, with_peers: bool, with_ours: bool) -> Results:
    """Makes, reads and scores some files in this process."""
    results: Results = {}
    for seat in seats:
        case = make(seat)
        for name, reader in readers(case, with_peers=with_peers, with_ours=with_ours).items():
            reading = guarded(reader, case)
            tally = results.setdefault(name, {}).setdefault(case.damage, Tally())
            tally.add(case, score(case, reading))
    return results


def run(seats: Sequence[Seat], *, with_peers: bool = False, with_ours: bool = True, processes: int = 2) -> Results:
    """The results of all files, the same for the same seats on any number of processes."""
    chunks = [seats[at : at + CHUNK] for at in range(0, len(seats), CHUNK)]
    results: Results = {}
    if processes == 1:
        for chunk in chunks:
            merge(results, run_chunk(chunk, with_peers=with_peers, with_ours=with_ours))
        return results
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(run_chunk, chunk, with_peers=with_peers, with_ours=with_ours) for chunk in chunks]
        for future in futures:
            merge(results, future.result())
    return results


def sample(seats: Sequence[Seat], size: int) -> list[Seat]:
    """About ``size`` seats, balanced over damages: each gives its share, drawn by the suite's seed, at least one."""
    by_damage: dict[str, list[Seat]] = {}
    for seat in seats:
        by_damage.setdefault(seat.damage, []).append(seat)
    chosen: list[Seat] = []
    for group in by_damage.values():
        count = min(len(group), max(1, -(-size * len(group) // len(seats))))
        drawn = Random(f"sample/{group[0].seed}/{group[0].damage}").sample(range(len(group)), count)
        chosen += [group[at] for at in sorted(drawn)]
    return chosen


def write(seats: Sequence[Seat], folder: Path) -> None:
    """Writes the files with their truth (JSON) into a folder, to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    for seat in seats:
        case = make(seat)
        (folder / case.name).write_bytes(case.raw)
        tables = [[{"header": each.header, "rows": each.rows} for each in variant] for variant in case.truth.variants]
        truth = {
            "damage": case.damage,
            "recoverable": case.truth.is_recoverable,
            "doubt": case.truth.owed.value,
            "refusal": case.truth.refusal.value,
            "variants": tables,
        }
        text = json.dumps(truth, ensure_ascii=False, indent=1)
        (folder / f"{case.name}.truth.json").write_text(text, encoding="utf-8")


def options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pollution", description=__doc__)
    parser.add_argument("--files", type=int, default=10_500, help="size of the suite")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--sample", type=int, help="only so many files, balanced over damages")
    parser.add_argument("--only", action="append", default=[], help="only this damage, or this file (repeatable)")
    parser.add_argument("--peers", action="store_true", help="the other readers too")
    parser.add_argument("--no-ours", action="store_true", help="only the other readers")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the files and their truth instead of reading")
    parser.add_argument("--page", type=Path, help="where to write the page (docs/pollution.md for a whole run)")
    parser.add_argument("--json", type=Path, default=OUT, help="where to write the numbers")
    return parser.parse_args(arguments)


def chosen_seats(chosen: argparse.Namespace) -> list[Seat]:
    """The seats that the command line asks for."""
    seats = plan(chosen.files, chosen.seed)
    if chosen.only:
        wanted = {name.split("-")[0] for name in chosen.only}
        exact = {tuple(name.split("-")[:2]) for name in chosen.only if "-" in name}
        seats = [each for each in seats if each.damage in wanted]
        if exact:
            seats = [each for each in seats if (each.damage, f"{each.ordinal:05d}") in exact]
    return sample(seats, chosen.sample) if chosen.sample else seats


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the suite and writes the page and the numbers."""
    chosen = options(arguments)
    seats = chosen_seats(chosen)
    if chosen.write:
        write(seats, chosen.write)
        print(f"{len(seats)} files in {chosen.write}")
        return
    results = run(seats, with_peers=chosen.peers, with_ours=not chosen.no_ours, processes=chosen.processes)
    numbers = {
        "files": len(seats),
        "seed": chosen.seed,
        "readers": {
            reader: {damage: tally.plain() for damage, tally in damages.items()} for reader, damages in results.items()
        },
    }
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(numbers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    is_whole = not chosen.only and not chosen.sample and not chosen.no_ours
    target = chosen.page or (PAGE if is_whole else None)
    if target:
        command = f"python -m benchmarks.pollution --files {chosen.files} --seed {chosen.seed}"
        command += f" --sample {chosen.sample}" if chosen.sample else ""
        target.write_text(page(results, len(seats), command + " --peers" * chosen.peers), encoding="utf-8")
    print(worst(results))
