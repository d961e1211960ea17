"""The page and the summary made from the results.

Belongs here: words and tables. Does not belong here: counting.
"""

from __future__ import annotations

from benchmarks.pollution.peers import OURS
from benchmarks.pollution.registry import DAMAGES
from benchmarks.pollution.results import Results, Tally, total
from benchmarks.pollution.tables import MAKERS

HEAD = """# Pollution suite

Written by `{command}`: {files:,} files, {damages} classes of damage, made from {tables} clean tables of different
nature ({names}); same seed, same files. People in them are invented; their dates end in 2024.

A file is **silent damage** when what a reader gives differs from the truth, cell by cell and by position, and nothing
was said. *Flagged*: it differs and the reader doubted something in that file (for the other readers: a warning).
*Refused* is a refusal, right or wrong. *Strictly silent*: no doubt at the very row that differs.
What truth means is in `benchmarks/pollution/truth.py`, how it is compared in `benchmarks/pollution/scorer.py`.
The other readers are asked for text throughout, so that types are no difference; *told* means that they get the
text decoded with its true encoding and know the delimiter; *lenient* that they are asked to read what they can.
A file by its name: `python -m benchmarks.pollution --only NAME --write DIR`.
"""


def page(results: Results, files: int, command: str) -> str:
    """The page in Markdown."""
    head = HEAD.format(command=command, files=files, damages=len(DAMAGES), tables=len(MAKERS), names=", ".join(MAKERS))
    parts = [head, "## All readers\n", _readers(results)]
    if OURS in results:
        parts += ["\n## This reader, class by class\n", _ours(results[OURS])]
    for kind, is_workbook in (("text", False), ("workbooks", True)):
        table = _classes(results, is_workbook=is_workbook)
        if table:
            parts += [f"\n## Silent damage, exact, refused by class: {kind}\n", table]
    return "\n".join(parts).rstrip() + "\n"


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "–"


def _f1(tally: Tally) -> str:
    return "–" if tally.f1 is None else f"{tally.f1:.4f}"


def _refused(tally: Tally) -> int:
    return tally.outcomes["refused"] + tally.outcomes["wrongly refused"]


def _readers(results: Results) -> str:
    lines = [
        (
            "| reader | files | **silent damage** | strictly silent | exact | flagged | refused | of these wrongly | "
            "F1, recoverable files | clean rows lost | false alarms |"
        ),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for reader, damages in results.items():
        for kind, is_workbook in (("text", False), ("workbooks", True)):
            parts = [each for name, each in damages.items() if name.startswith("workbook_") is is_workbook]
            if not parts:
                continue
            whole = total(parts)
            counts, outcomes = whole.counts, whole.outcomes
            cells = [
                f"{reader} ({kind})",
                f"{counts['files']:,}",
                f"**{outcomes['silent']:,}**",
                f"{counts['strictly_silent']:,}",
                f"{outcomes['exact']:,}",
                f"{outcomes['flagged']:,}",
                f"{_refused(whole):,}",
                f"{outcomes['wrongly refused']:,}",
                _f1(whole),
                _percent(counts["clean_rows_lost"], counts["clean_rows"]),
                f"{counts['false_alarms']:,}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _ours(damages: dict[str, Tally]) -> str:
    lines = [
        "| damage | files | silent | strictly silent | exact | flagged | refused | not said | F1 | clean rows lost |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, tally in damages.items():
        counts, outcomes = tally.counts, tally.outcomes
        cells = [name, counts["files"], outcomes["silent"], counts["strictly_silent"], outcomes["exact"]]
        cells += [outcomes["flagged"], _refused(tally), counts["doubts_missed"], _f1(tally)]
        cells.append(_percent(counts["clean_rows_lost"], counts["clean_rows"]))
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def _classes(results: Results, *, is_workbook: bool) -> str:
    names = [name for name in DAMAGES if name.startswith("workbook_") is is_workbook]
    columns = [reader for reader, damages in results.items() if any(name in damages for name in names)]
    if not columns:
        return ""
    lines = [
        "silent / exact / refused\n",
        f"| damage | {' | '.join(columns)} |",
        "|---|" + "---:|" * len(columns),
    ]
    for name in names:
        cells = []
        for reader in columns:
            tally = results[reader].get(name)
            cells.append(
                "–" if tally is None else f"{tally.outcomes['silent']} / {tally.outcomes['exact']} / {_refused(tally)}"
            )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def worst(results: Results) -> str:
    """For the terminal: each reader's sums, and examples of what went wrong in ours."""
    lines = []
    for reader, damages in results.items():
        whole = total(list(damages.values()))
        lost = _percent(whole.counts["clean_rows_lost"], whole.counts["clean_rows"])
        lines.append(
            f"{reader}: {whole.counts['files']} files, {dict(whole.outcomes)}, strictly silent "
            f"{whole.counts['strictly_silent']}, F1 {_f1(whole)}, clean rows lost {lost}, false alarms "
            f"{whole.counts['false_alarms']}, doubts missed {whole.counts['doubts_missed']}"
        )
    for kind in ("silent", "wrongly refused", "clean rows lost", "not recovered", "strictly silent", "false alarm"):
        for damage, tally in results.get(OURS, {}).items():
            lines += [f"  {kind} · {damage} · {each}" for each in tally.examples.get(kind, [])[:2]]
    return "\n".join(lines)
