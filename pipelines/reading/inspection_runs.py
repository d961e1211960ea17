"""Inspecting files in reading processes: thousands in one call, in the order given.

Belongs here: tasks, names of the files written, answers of processes that failed. Does not belong here: reading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.contracts import Text
from pipelines.reading.pool import ASKED_AGAIN, Failure, WorkerPool, failure_texts
from pipelines.reading.protocol import WorkerConfig
from pipelines.reading.tables import FileRefusedError
from pipelines.settings import Settings

_NO_FILE = (
    Text(zh="没有这个文件，或它不是普通文件。", en="There is no such file, or it is no ordinary file."),
    Text(zh="请核对文件名。", en="Check the name."),
)


def inspect_files(
    paths: Sequence[Path], settings: Settings, *, contract: str | None = None, to: Path | None = None
) -> Iterator[dict[str, Any]]:
    """One JSON report a file, as documented in docs/reading.md; ``to`` is a folder, or a .csv for a single file.

    Raises KeyError for an unknown contract and NotADirectoryError when ``to`` cannot take the files, or would have one
    of them written over.
    """
    folder, stems = _targets(paths, to)
    _spare_sources(paths, folder, stems)
    tasks = [
        {
            "task": "inspect",
            "path": str(path.resolve()),
            "file_name": path.name,
            "feed": contract,
            "folder": None if folder is None else str(folder),
            "stem": stem,
        }
        for path, stem in zip(paths, stems, strict=True)
    ]
    readable = [path.is_file() for path in paths]
    with WorkerPool(settings) as pool:
        answers = pool.run_all([task for task, is_file in zip(tasks, readable, strict=True) if is_file])
        for path, is_file in zip(paths, readable, strict=True):
            answer = next(answers) if is_file else _NO_FILE
            yield _failed(path, answer) if isinstance(answer, Failure | tuple) else answer


def _targets(paths: Sequence[Path], to: Path | None) -> tuple[Path | None, list[str]]:
    """The folder to write to and each file's stem; equal stems keep their suffix, equal names get a number."""
    stems = [path.stem or path.name for path in paths]
    if to is None:
        return None, stems
    if to.suffix.lower() == ".csv" and not to.is_dir():
        if len(paths) > 1:
            raise NotADirectoryError(f"{to.name} is one file, {len(paths)} files were given: name a folder with --to.")
        to.parent.mkdir(parents=True, exist_ok=True)
        return to.parent.resolve(), [to.stem]
    to.mkdir(parents=True, exist_ok=True)
    if not to.is_dir():
        raise NotADirectoryError(f"{to} is no folder: name a folder with --to.")
    stem_counts = Counter(stems)
    names = [path.name if stem_counts[stem] > 1 else stem for path, stem in zip(paths, stems, strict=True)]
    seen: Counter[str] = Counter()
    unique = []
    for name in names:
        seen[name] += 1
        unique.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return to.resolve(), unique


def _spare_sources(paths: Sequence[Path], folder: Path | None, stems: Sequence[str]) -> None:
    """Refuse to write where a file to be read lies under a name that its table, or another's, would get."""
    if folder is None:
        return
    sources = {path.resolve().name for path in paths if path.resolve().parent == folder}
    sources |= {path.name for path in paths if path.parent.resolve() == folder}
    for stem in stems:
        for name in sources:
            if name == f"{stem}.csv" or re.fullmatch(rf"{re.escape(stem)}(?:\..*)?\.\d+\.csv", name):
                raise NotADirectoryError(
                    f"{name} is one of the files to read and would be written over: name another folder with --to."
                )


def _failed(path: Path, failure: Failure | tuple[Text, Text]) -> dict[str, Any]:
    reason, remedy = failure_texts(failure, ASKED_AGAIN) if isinstance(failure, Failure) else failure
    return {
        "file": path.name,
        "format": None,
        "encoding": None,
        "feed": None,
        "tables": [],
        "refused": reason.en,
        "refused_zh": reason.zh,
        "remedy": remedy.en,
        "remedy_zh": remedy.zh,
    }


def inspect_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """Inspect one file inside a reading process and write its tables where the task says."""
    from pipelines.reading.admission import admit
    from pipelines.reading.headers import match_row, recognises
    from pipelines.reading.inspecting import inspect_bytes
    from pipelines.reading.inspection import as_json, refused_inspection, write_tables
    from pipelines.reading.judge import Rules

    try:
        raw = admit(Path(task["path"]))
    except FileRefusedError as refusal:
        return as_json(refused_inspection(task["file_name"], refusal))
    contract = config.contracts[task["feed"]] if task["feed"] else None
    rules = None
    if contract is not None:
        rules = Rules("", config.areas_file, config.allow_synthetic, config.code_lists)
    inspection = inspect_bytes(raw, task["file_name"], contract, rules)
    known = {
        each.feed
        for each in config.contracts.values()
        for table in inspection.tables
        if table.columns and recognises(each, match_row(table.columns, 0, each))
    }
    inspection.feed = task["feed"] or (known.pop() if len(known) == 1 else None)
    written = None
    if task["folder"]:
        written = write_tables(inspection, Path(task["folder"]), task["stem"])
    return as_json(inspection, written)
