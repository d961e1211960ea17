"""The page about speed, from the results file; every claim about speed elsewhere comes from here."""

from __future__ import annotations

import json
import statistics
from typing import Any

from benchmarks.measuring import median

NAMES = {
    "floor": "floor: bare reading into Parquet",
    "cold": "cold run: files to release",
    "month": "one new month on all before",
    "year-end": "the year's end on all before",
    "nothing": "nothing new, process start to end",
    "usual": "the usual way: pandas with calamine, Great Expectations, dbt",
    "pandas": "the usual way with pandas' own reader of .xlsx, openpyxl",
}
ARRIVALS = (
    "A new month is the files that arrive in one calendar month, corrections and late ones included, in a data folder "
    "that holds everything that arrived before; measured is the month of median size (of two the larger) unless "
    "another was asked for. The year's end is the last month of arrivals: it brings December and most yearly registers."
)
WAYS = {"usual": "the usual way", "pandas": "the usual way with pandas' own reader"}
HOW_USUAL = (
    "It judges by the same rules, but a formula's error is a blank cell to it, and it does not ask whether columns "
    "still mean what they meant. It says of no row why it was dropped. In its favour, feed and period of every file "
    "are told to it, nothing is written durably, of earlier files it knows only how many rows they had, and no release "
    "is verified."
)
ONCE = "all installations of it share the result, so no run below counts it."
Runs = dict[str, list[dict[str, Any]]]


def page(kept: dict[str, Any]) -> list[str]:
    """The Markdown lines; a part that was not run is not there."""
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {kept.get('cores', '?')} cores, warm cache; see its options.",
    ]
    if "once" in kept:
        lines += ["", f"Once a checkout the dbt project is parsed and compiled, in {kept['once']:.1f} s: {ONCE}"]
    for part, write in (("turns", _turns), ("parts", _parts), ("growth", _growth), ("places", _places)):
        if part in kept:
            lines += ["", *write(kept[part])]
    return lines


def ratios(runs: Runs, side: str, to: str) -> list[float]:
    """Wall time of one side over another's, turn by turn, sorted."""
    pairs = zip(runs[side], runs[to], strict=False)
    return sorted(one["wall"] / other["wall"] for one, other in pairs)


def _spread(values: list[float], *, percent: bool = False) -> str:
    """The median, and from where to where when there was more than one turn."""
    low, middle, high = (
        f"{value:.1%}" if percent else f"{value:.1f} ×" for value in (values[0], statistics.median(values), values[-1])
    )
    return f"**{middle}** (from {low} to {high})" if len(values) > 1 else f"**{middle}**"


def _about(result: dict[str, Any]) -> str:
    size = f"{result['files']} files, {result['bytes'] / 1e6:.0f} MB"
    return f"a synthetic county at scale {result['scale']:.3g}, {result['months']} months: {size}"


def _arrived(month: dict[str, Any], result: dict[str, Any]) -> str:
    """What the month of a side brings, with its share of all bytes."""
    size = f"{month['bytes'] / 1e6:.0f} MB ({month['bytes'] / result['bytes']:.1%} of all bytes)"
    return f"the arrivals of {month['month']}, {month['files']} files with {month['rows']:,} rows, {size}"


def _turns(result: dict[str, Any]) -> list[str]:
    runs: Runs = result["runs"]
    lines = ["## In turn on the same files", "", f"On {_about(result)}.", ""]
    lines += ["| run | rounds | wall, median | processor, median | largest process |", "|---|---:|---:|---:|---:|"]
    for side, each in ((side, runs[side]) for side in NAMES if side in runs):
        wall, cpu, peak = median(each, "wall"), median(each, "cpu"), max(float(run["peak_mb"]) for run in each)
        lines.append(f"| {NAMES[side]} | {len(each)} | {wall:.1f} s | {cpu:.1f} s | {peak:.0f} MB |")
    lines.append("")
    if {"cold", "floor"} <= runs.keys():
        lines.append(f"- The cold run takes {_spread(ratios(runs, 'cold', 'floor'))} the floor's time.")
    for side, name in (("month", "One new month"), ("year-end", "The year's end")):
        if {"cold", side} <= runs.keys():
            share = _spread(ratios(runs, side, "cold"), percent=True)
            lines.append(f"- {name} takes {share} of the cold run: {_arrived(result['arrivals'][side], result)}.")
    if {"cold", "usual"} <= runs.keys():
        lines.append(f"- The usual way takes {_spread(ratios(runs, 'usual', 'cold'))} the cold run's time.")
    if {"cold", "pandas"} <= runs.keys():
        ratio = _spread(ratios(runs, "pandas", "cold"))
        lines.append(f"- With the reader that pandas takes by itself, the usual way takes {ratio} the cold run's time.")
    if {"month", "year-end"} & runs.keys():
        lines += ["", ARRIVALS]
    lines += _verdicts(result["verdicts"])
    return [*lines, *_stages(runs), *_memory(runs)]


def _verdicts(found: dict[str, dict[str, int]]) -> list[str]:
    compared = {side: one for side, one in found.items() if one["files"]}
    if not compared:
        return []
    told = [
        f"Of {one['files']} files {WAYS[side]} accepted as many rows of {one['equal']}, more of "
        f"{one['usual_took_more']} and fewer of {one['usual_took_less']}."
        for side, one in compared.items()
    ]
    return ["", " ".join([*told, HOW_USUAL])]


def _stages(runs: Runs) -> list[str]:
    sides = [side for side in ("cold", "month", "year-end") if side in runs]
    if not sides:
        return []
    told = {side: [json.loads(run["told"])["stages"] for run in runs[side]] for side in sides}
    names = list(dict.fromkeys(stage for side in sides for stages in told[side] for stage in stages))
    lines = ["", "### By stage, wall and processor seconds, medians", ""]
    lines += ["| stage | " + " | ".join(sides) + " |", "|---|" + "---:|" * len(sides)]
    for name in names:
        cells = []
        for side in sides:
            walls = [stages.get(name, {}).get("wall", 0.0) for stages in told[side]]
            cpus = [stages.get(name, {}).get("cpu", 0.0) for stages in told[side]]
            cells.append(f"{statistics.median(walls):.1f} / {statistics.median(cpus):.1f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _memory(runs: Runs) -> list[str]:
    lines = ["", "### Largest resident set by kind of process", "", "| run | process | MB |", "|---|---|---:|"]
    for side in (side for side in NAMES if side in runs):
        peaks: dict[str, float] = {}
        for run in runs[side]:
            for kind, value in run["peaks"].items():
                peaks[kind] = max(peaks.get(kind, 0.0), value)
        lines += [
            f"| {side} | {kind} | {value:.0f} |" for kind, value in sorted(peaks.items(), key=lambda one: -one[1])
        ]
    return lines


def _parts(result: dict[str, Any]) -> list[str]:
    lines = ["## Parts", "", f"At scale {result['scale']:.3g}, {result['months']} months; processor seconds.", ""]
    lines += ["| part | seconds | of |", "|---|---:|---|"]
    for kind, one in result["reading"].items():
        lines.append(
            f"| read and judge {kind} | {one['cpu']:.2f} | {one['rows']:,.0f} rows, {one['megabytes']:.1f} MB |"
        )
    numbers, door = result["numbers"], result["door"]
    lines.append(f"| check digit | {numbers['check_digit_per_million']:.2f} | a million identities |")
    lines.append(f"| pseudonyms | {numbers['pseudonyms_per_million']:.2f} | a million distinct values |")
    lines.append(
        f"| loading Great Expectations | {door['loading_great_expectations']:.2f} | once a run with new files |"
    )
    lines.append(
        f"| checks at the door | {door['checking']:.2f} | {door['rows']:,.0f} rows, {door['checks']:.0f} checks |"
    )
    return lines


def _growth(result: dict[str, Any]) -> list[str]:
    """A line for every size; linear is the time for each byte of the smallest."""
    steps = result["steps"]
    lines = ["## Growth", "", "| scale | files | MB | rounds | floor | cold run | against linear | largest process |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|---:|")
    first = steps[0]
    for step in steps:
        colds: list[dict[str, Any]] = step["runs"]["cold"]
        floors, cold = step["runs"].get("floor"), median(colds, "wall")
        floor = f"{median(floors, 'wall'):.1f} s" if floors else "not run"
        linear = median(first["runs"]["cold"], "wall") * step["bytes"] / first["bytes"]
        size = f"{step['files']} | {step['bytes'] / 1e6:.0f} | {len(colds)}"
        peak = max(float(run["peak_mb"]) for run in colds)
        walls = f"{floor} | {cold:.1f} s | {cold / linear:.2f} ×"
        lines.append(f"| {step['scale']:.3g} | {size} | {walls} | {peak:.0f} MB |")
    return lines


def _places(result: dict[str, Any]) -> list[str]:
    """A table for every size, with all places together against the floor and against the first place by rows."""
    lines = ["## Places", "", "Each place is an installation of its own, run one after another, once."]
    sizes = dict.fromkeys((one["scale"], one["months"]) for one in result["runs"])
    for scale, months in sizes:
        runs = [one for one in result["runs"] if (one["scale"], one["months"]) == (scale, months)]
        lines += ["", f"Scale {scale:.3g}, {months} {'month' if months == 1 else 'months'}:", ""]
        lines += ["| place | files | rows | floor | cold run | largest process |", "|---|---:|---:|---:|---:|---:|"]
        for one in runs:
            size = f"{one['files']} | {one['rows']:,}"
            walls = f"{one['floor']['wall']:.1f} s | {one['cold']['wall']:.1f} s"
            lines.append(f"| {one['place']} | {size} | {walls} | {one['cold']['peak_mb']:.0f} MB |")
        rows, floor, cold = (
            sum(values)
            for values in zip(*((one["rows"], one["floor"]["wall"], one["cold"]["wall"]) for one in runs), strict=True)
        )
        linear = runs[0]["cold"]["wall"] * rows / runs[0]["rows"]
        lines += [
            f"| all | | {rows:,} | {floor:.1f} s | {cold:.1f} s | |",
            "",
            f"Together {cold / floor:.1f} × the floor, and {cold / linear:.2f} × the first place's time by rows.",
        ]
    return lines
