"""A reading process: takes one task a line on standard input, answers one line, never lives longer than its parent.

Belongs here: the loop and the tasks. Everything a worker says is free of personal values: an unexpected error is
reported by its type and place alone.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO, cast

from pipelines.contracts import Text
from pipelines.reading.admission import admit
from pipelines.reading.protocol import WorkerConfig
from pipelines.reading.sandbox import confine, grant
from pipelines.reading.tables import FileRefusedError, row_in_sheet


def recognise_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """Feed and period of a file."""
    from pipelines.reading.recognised import Recognised
    from pipelines.reading.recognition import recognise

    try:
        raw = admit(Path(task["path"]))
    except FileRefusedError as refusal:
        reason, remedy = Text(zh=refusal.zh, en=refusal.en), Text(zh=refusal.remedy_zh, en=refusal.remedy_en)
        return Recognised(feed=task["feed"], reason=reason, remedy=remedy).model_dump(mode="json")
    found = recognise(raw, task["file_name"], config.contracts, feed=task["feed"], period=task["period"])
    return found.model_dump(mode="json")


def read_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """Read and judge a file, write the results into ``task["folder"]`` and return the ledger's figures."""
    from pipelines.reading.judge import Rules, judge_table
    from pipelines.reading.outputs import write_results
    from pipelines.reading.sources import choose_table, open_source, read_candidate

    started = time.monotonic()
    contract = config.contracts[task["feed"]]
    for leftover in Path(task["folder"]).iterdir():  # of a first try
        leftover.unlink()
    result: dict[str, Any] = {"verdict": "refused"}
    try:
        source = open_source(admit(Path(task["path"])))
        result |= {"format": source.format, "encoding": source.encoding}
        candidate = choose_table(source, contract)
        table = read_candidate(source, candidate)
    except FileRefusedError as refusal:
        result["reason"] = {"zh": refusal.zh, "en": refusal.en}
        result["remedy"] = {"zh": refusal.remedy_zh, "en": refusal.remedy_en}
        return result | {"seconds": time.monotonic() - started}
    rules = Rules(task["period"], config.areas_file, config.allow_synthetic, config.code_lists, **task["limits"])
    judged = judge_table(table, candidate.match, contract, rules)
    write_results(
        Path(task["folder"]),
        judged,
        contract,
        receipt_id=task["receipt_id"],
        file_name=task["file_name"],
        period=task["period"],
        sheet=table.sheet,
        key=bytes.fromhex(config.key_hex),
        sheets=table.sheets,
    )
    for told in (*judged.controls, *judged.warnings):
        told["row"] = row_in_sheet(cast("int | None", told["row"]))
    return result | {
        "verdict": "accepted_with_rejects" if judged.rejected_count else "accepted",
        "row_in_count": judged.row_in_count,
        "accepted_count": judged.accepted_count,
        "rejected_count": judged.rejected_count,
        "non_data_count": judged.non_data_count,
        "amounts": judged.amounts,
        "controls": judged.controls,
        "warnings": judged.warnings,
        "group_counts": judged.group_counts,
        "reason_counts": judged.reason_counts,
        "content_hash": judged.content_hash,
        "seconds": time.monotonic() - started,
    }


def inspect_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """What the reader makes of a file that does not land."""
    from pipelines.reading.inspection_runs import inspect_task as inspect

    return inspect(config, task)


def factcheck_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """The figures of a report against each other."""
    from pipelines.factcheck.runs import factcheck_task as check

    return check(config, task)


TASKS = {"recognise": recognise_task, "read": read_task, "inspect": inspect_task, "factcheck": factcheck_task}


def _place_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "pipelines" in frame.filename] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"


def _warm_up() -> None:
    """Load what every delivery needs, so that its cost is not counted against the first file's share."""
    import polars as pl

    for name in ("judge", "outputs", "recognition"):
        import_module(f"pipelines.reading.{name}")
    pl.read_csv(b"a\n1\n").with_columns(pl.col("a").cast(pl.String).str.contains("1"))


def serve(tasks: TextIO, answers: TextIO) -> None:
    """Answer tasks until the input ends; an unexpected error ends the process after its place was told."""
    config = WorkerConfig.model_validate_json(tasks.readline())
    confine(config.memory_mb)
    _warm_up()
    for line in tasks:
        task = json.loads(line)
        grant(Path(task["path"]).stat().st_size, task.get("folder"), task.get("patience", 1))
        answer = {"result": TASKS[task["task"]](config, task)}
        print(json.dumps(answer, default=str), file=answers, flush=True)


def main() -> int:
    """Run as a reading process: standard output belongs to the protocol, stray prints go nowhere."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell_place(kind: type[BaseException], error: BaseException, _: object) -> None:
        print(
            json.dumps({"error": _place_of(error), "is_memory": issubclass(kind, MemoryError)}),
            file=answers,
            flush=True,
        )

    sys.excepthook = tell_place
    serve(sys.stdin, answers)
    return 0


if __name__ == "__main__":
    sys.exit(main())
