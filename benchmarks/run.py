"""`make bench`: floor, cold run, one new month, nothing new and the usual way in turn on the same files, as ratios.

One new month is what arrives in one calendar month on top of all that arrived before: the month of median size, or the
one asked for (``--month``). The year's end, which brings most yearly registers, is a side of its own (``--side
year-end``). Both are named on the page with their files, rows and bytes.

Writes docs/benchmarks.json and docs/benchmarks.md. Times of one machine mean little; the ratio of two runs in
turn on it means something. Each part can be run by itself (``--part``): results are kept by part and scale, and a part
that is run again replaces its earlier result; ``--report`` writes the page from what is there.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.county import Arrivals, BenchCounty, copy_data, make_county, ordinary, warm_cache
from benchmarks.measuring import ROOT, Measured, measure, python
from benchmarks.places import run_places
from benchmarks.report import page
from pipelines.reading import ledgers
from pipelines.settings import load_settings
from pipelines.simulate.calibration import LARGEST_SCALE, SMALLEST_SCALE

OUT = ROOT / "docs" / "benchmarks.json"
PAGE = ROOT / "docs" / "benchmarks.md"
SIDES = ("floor", "cold", "month", "year-end", "nothing", "usual", "pandas")
UNASKED = tuple(side for side in SIDES if side not in ("year-end", "pandas"))
FORM = 4  # of the results file; results of another form are dropped
PARTS = ("turns", "parts", "growth", "places")
USUAL = "benchmarks.peers.usual"
GROWTH = (0.1, 1 / 3, 1.0, 3.0)  # of --scale; what is larger than it is one cold run


class Turns:
    """The sides run in turn on one county; ``months`` are those of the sides that measure one."""

    def __init__(self, county: BenchCounty, base: Path, sides: list[str], months: dict[str, Arrivals]) -> None:
        self.county, self.base, self.sides, self.months = county, base, sides, months
        self.runs: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
        self.accepted: dict[str, dict[str, int]] = {}

    def take(self, rounds: int) -> None:
        """Run every side ``rounds`` times, alternating; data of a round are deleted before the next."""
        for side in ("month", "year-end"):
            if side in self.sides or (side == "month" and "nothing" in self.sides):
                earlier = self.county.before(self.months[side].month)
                self._measure("", python("-m", "benchmarks.cold", str(earlier), str(self._earlier(side))))
        steps: dict[str, Callable[[], Measured]] = {
            "floor": lambda: self._run("benchmarks.floor", self.county.files, "floor"),
            "cold": lambda: self._run("benchmarks.cold", self.county.files, "cold"),
            "month": lambda: self._month("month"),
            "year-end": lambda: self._month("year-end"),
            "nothing": self._nothing,
            "usual": lambda: self._usual("usual", "calamine"),
            "pandas": lambda: self._usual("pandas", "pandas"),
        }
        if {"usual", "pandas"} & set(self.sides):
            self._measure("", python("-m", USUAL, str(self.county.folder), "parse", str(self.base / "usual-parsed")))
        for turn in range(rounds):
            for side in self.sides:
                self.runs[side].append(steps[side]().as_json())
                print(f"  {turn + 1}/{rounds} {side}: {self.runs[side][-1]['wall']} s", flush=True)
            self._remember()
            for name in SIDES:
                shutil.rmtree(self.base / name, ignore_errors=True)
        for side in ("month", "year-end"):
            shutil.rmtree(self._earlier(side), ignore_errors=True)

    def _earlier(self, side: str) -> Path:
        """The data folder that holds everything that arrived before the month of a side."""
        return self.base / f"before-{side}"

    def _measure(self, side: str, command: list[str], data_dir: Path | None = None) -> Measured:
        environment = {} if data_dir is None else {"XIANQING_DATA_DIR": str(data_dir)}
        measured = measure(command, self.base, environment)
        if side in ("cold", "month", "year-end") and json.loads(measured.told)["state"] != "published":
            raise SystemExit(f"the {side} run published nothing: {measured.told}")
        return measured

    def _run(self, module: str, files: Path, side: str) -> Measured:
        return self._measure(side, python("-m", module, str(files), str(self.base / side)))

    def _usual(self, side: str, reader: str) -> Measured:
        """The usual way into a new folder; its dbt project was parsed once, as no run of ours counts it either."""
        folders = str(self.county.folder), str(self.base / side), str(self.base / "usual-parsed")
        return self._measure(side, python("-m", USUAL, *folders, reader))

    def _month(self, side: str) -> Measured:
        """What arrives in the side's month, on a copy of a data folder that holds all that arrived before."""
        copy_data(self._earlier(side), self.base / side)
        return self._run("benchmarks.cold", self.county.within(self.months[side].month), side)

    def _nothing(self) -> Measured:
        """`xianqing run` when no file came, from the start of the process to its end."""
        folder = self.base / "month" if (self.base / "month").is_dir() else self._earlier("month")
        measured = self._measure("nothing", python("-m", "pipelines.cli", "run"), folder)
        if "nothing was built" not in measured.told:
            raise SystemExit(f"a run with nothing new did something: {measured.told}")
        return measured

    def _remember(self) -> None:
        """Rows accepted by file, ours and the usual way's, for the comparison of verdicts."""
        if (self.base / "cold").is_dir():
            settings = load_settings({"XIANQING_DATA_DIR": str(self.base / "cold")})
            by_time = {f"{one.arrived_at.astimezone():%Y-%m-%d}/{one.file_name}": one for one in ledgers(settings)}
            self.accepted["ours"] = {name: one.accepted_count for name, one in by_time.items()}
        for side in ("usual", "pandas"):
            if self.runs.get(side):
                self.accepted[side] = json.loads(self.runs[side][-1]["told"])["accepted"]

    def result(self) -> dict[str, Any]:
        """For the results file; the long list of files becomes four numbers."""
        ours = self.accepted.get("ours", {})
        verdicts = {side: compared(ours, self.accepted[side]) for side in ("usual", "pandas") if side in self.accepted}
        for side in verdicts:
            for run in self.runs[side]:
                told = json.loads(run["told"])
                run["told"] = json.dumps({name: told[name] for name in ("seconds", "checks", "is_green")})
        months = {side: one.as_json() for side, one in self.months.items() if side in self.sides}
        return {"runs": self.runs, "verdicts": verdicts, "arrivals": months}


def compared(ours: dict[str, int], usual: dict[str, int]) -> dict[str, int]:
    """How many files both judged, and of how many the other took as many rows as we did, more or fewer."""
    both = ours.keys() & usual.keys()
    return {
        "files": len(both),
        "equal": sum(ours[name] == usual[name] for name in both),
        "usual_took_more": sum(usual[name] > ours[name] for name in both),
        "usual_took_less": sum(usual[name] < ours[name] for name in both),
    }


def run_turns(options: argparse.Namespace, base: Path, scale: float, sides: list[str]) -> dict[str, Any]:
    """The sides in turn at one scale."""
    folder = options.county if options.county is not None else base / f"county-{scale:.3f}"
    county = make_county(folder, scale, options.months, options.seed)
    count, size = warm_cache(county.files)
    print(f"scale {scale:.3f}: {count} files, {size / 1e6:.0f} MB", flush=True)
    turns = Turns(county, base, sides, _months(county.arrivals(), options.month))
    turns.take(options.runs)
    about = {"scale": scale, "months": options.months, "files": count, "bytes": size}
    return about | turns.result()


def _months(arrivals: list[Arrivals], asked: str | None) -> dict[str, Arrivals]:
    """The months that the sides measure. Raises SystemExit for one without files."""
    of_asked = [one for one in arrivals if one.month == asked]
    if asked is not None and not of_asked:
        raise SystemExit(f"no file arrives in {asked}; choose one of {', '.join(one.month for one in arrivals)}")
    return {"month": of_asked[0] if of_asked else ordinary(arrivals), "year-end": arrivals[-1]}


def run_parts(options: argparse.Namespace, base: Path) -> dict[str, Any]:
    """The parts on a county's files and on the data folder of a cold run on them."""
    folder = options.county if options.county is not None else base / f"county-{options.scale:.3f}"
    county = make_county(folder, options.scale, options.months, options.seed)
    measure(python("-m", "benchmarks.cold", str(county.files), str(base / "parts")), base)
    told = measure(python("-m", "benchmarks.parts", str(county.files), str(base / "parts")), base).told
    shutil.rmtree(base / "parts")
    return {"scale": options.scale, "months": options.months, **json.loads(told)}


def run_growth(options: argparse.Namespace, base: Path, turns: dict[str, Any]) -> dict[str, Any]:
    """Cold runs of growing counties; with ``--county`` those of other sizes are kept beside it, named after it.

    The size whose floor and cold run ``turns`` holds is not measured again.
    """
    steps = []
    has_both = {"floor", "cold"} <= turns.get("runs", {}).keys()
    for share in GROWTH:
        scale = min(max(SMALLEST_SCALE, options.scale * share), LARGEST_SCALE)
        if has_both and (turns["scale"], turns["months"]) == (scale, options.months):
            steps.append(turns | {"runs": {side: turns["runs"][side] for side in ("floor", "cold")}})
            continue
        kept: Path | None = options.county
        if kept is not None and share != 1:
            kept = kept.with_name(f"{kept.name}-{scale:.3f}")
        alone = {"county": kept, "runs": min(options.runs, 1) if share > 1 else options.runs}
        sides = ["floor", "cold"] if share <= 1 else ["cold"]
        steps.append(run_turns(argparse.Namespace(**(vars(options) | alone)), base, scale, sides))
        if kept is None:
            shutil.rmtree(base / f"county-{scale:.3f}")
    return {"steps": steps}


def main() -> None:
    """Run what was asked for, keep it, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--part", action="append", choices=PARTS, help="default: all")
    parser.add_argument("--side", action="append", choices=SIDES, help="of the turns; default: not year-end, pandas")
    parser.add_argument("--month", help="the calendar month of arrivals, YYYY-MM; default: the one of median size")
    parser.add_argument("--county", type=Path, help="folder of `xianqing simulate`, made there when it is missing")
    parser.add_argument("--scratch", type=Path, help="where to work; default: the system's temporary folder")
    parser.add_argument("--out", type=Path, default=OUT, help="results, JSON")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page for people, Markdown")
    parser.add_argument("--report", action="store_true", help="only write the page again")
    options = parser.parse_args()
    kept: dict[str, Any] = json.loads(options.out.read_text(encoding="utf-8")) if options.out.is_file() else {}
    kept = kept if kept.get("form") == FORM else {"form": FORM}
    if not options.report:
        with tempfile.TemporaryDirectory(prefix="xianqing-bench-", dir=options.scratch) as scratch:
            kept["once"] = measure(python("-m", "benchmarks.compiling"), Path(scratch)).wall
            for part in options.part or PARTS:
                kept[part] = _result_of(part, options, Path(scratch), kept)
                kept["cores"] = os.cpu_count()
                options.out.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = "\n".join(page(kept)) + "\n"
    options.page.write_text(text, encoding="utf-8")
    print(text)


def _result_of(part: str, options: argparse.Namespace, base: Path, kept: dict[str, Any]) -> dict[str, Any]:
    if part == "parts":
        return run_parts(options, base)
    if part == "growth":
        return run_growth(options, base, kept.get("turns", {}))
    if part == "places":
        return {
            "runs": run_places(base, [(options.scale, 1), (max(SMALLEST_SCALE, options.scale / 10), 12)], options.seed)
        }
    found = run_turns(options, base, options.scale, options.side or list(UNASKED))
    before = kept.get(part, {})
    if options.side and all(before.get(name) == found[name] for name in ("scale", "months", "bytes")):
        for what in ("runs", "arrivals", "verdicts"):
            found[what] = before[what] | found[what]
    return found


if __name__ == "__main__":
    main()
