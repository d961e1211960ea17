"""Checking files in reading processes, in the order given; a file that breaks its reader costs only itself.

Belongs here: tasks and the answers of processes that failed. Does not belong here: reading and checking.
"""

from __future__ import annotations

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


def factcheck_files(
    paths: Sequence[Path], settings: Settings, *, published: Sequence[dict[str, Any]] = (), with_text: bool = False
) -> Iterator[dict[str, Any]]:
    """One report a file: ``file``, ``relations``, and ``refused`` with ``remedy`` when it could not be read.

    ``published`` are the figures of a release (``against.published_figures``); ``with_text`` adds the text.
    """
    tasks = [
        {
            "task": "factcheck",
            "path": str(path.resolve()),
            "file_name": path.name,
            "published": list(published),
            "with_text": with_text,
        }
        for path in paths
    ]
    readable = [path.is_file() for path in paths]
    with WorkerPool(settings) as pool:
        answers = pool.run_all([task for task, is_file in zip(tasks, readable, strict=True) if is_file])
        for path, is_file in zip(paths, readable, strict=True):
            answer = next(answers) if is_file else _NO_FILE
            if isinstance(answer, dict):
                yield answer
                continue
            reason, remedy = failure_texts(answer, ASKED_AGAIN) if isinstance(answer, Failure) else answer
            yield _refused(path.name, reason, remedy)


def factcheck_task(config: WorkerConfig, task: dict[str, Any]) -> dict[str, Any]:
    """Check one file inside a reading process."""
    del config
    from pipelines.factcheck.check import check_text
    from pipelines.factcheck.extraction import text_of

    try:
        extracted = text_of(Path(task["path"]))
    except FileRefusedError as refusal:
        return _refused(
            task["file_name"],
            Text(zh=refusal.zh, en=refusal.en),
            Text(zh=refusal.remedy_zh, en=refusal.remedy_en),
        )
    report: dict[str, Any] = {
        "file": task["file_name"],
        "format": extracted.format,
        "encoding": extracted.encoding,
        "characters": len(extracted.text),
        "relations": check_text(extracted.text, published=task["published"]),
    }
    return report | ({"text": extracted.text} if task["with_text"] else {})


def _refused(name: str, reason: Text, remedy: Text) -> dict[str, Any]:
    return {
        "file": name,
        "relations": [],
        "refused": reason.en,
        "refused_zh": reason.zh,
        "remedy": remedy.en,
        "remedy_zh": remedy.zh,
    }
