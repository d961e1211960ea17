"""Reading processes, reused from file to file; one that dies or takes too long costs only the file in hand.

Belongs here: starting, feeding, watching and replacing workers. Does not belong here: what the tasks do.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipelines.contracts import Text
from pipelines.reading.protocol import WorkerConfig
from pipelines.settings import Settings

PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Failure:
    """A task without an answer: ``kind`` is crash, timeout or memory; ``place`` names no value, only code."""

    kind: str
    place: str


Answer = dict[str, Any] | Failure

_FAILURES = {
    "crash": (
        "读取这个文件时解析程序异常退出",
        "the parser broke down on this file",
        "请用表格软件打开后另存为普通 XLSX 或 CSV 再报送",
        "open it, save it as a plain XLSX or CSV and send it again",
    ),
    "timeout": (
        "读取超过时限",
        "reading took longer than allowed",
        "请拆分文件后再报送，或调大 XIANQING_FILE_TIMEOUT_SECONDS",
        "split the file, or raise XIANQING_FILE_TIMEOUT_SECONDS",
    ),
    "memory": (
        "读取所需内存超过限度",
        "reading needs more memory than allowed",
        "请拆分文件后再报送，或调大 XIANQING_WORKER_MEMORY_MB",
        "split the file, or raise XIANQING_WORKER_MEMORY_MB",
    ),
}


def failure_texts(failure: Failure) -> tuple[Text, Text]:
    """Reason and remedy of a file whose worker gave no answer."""
    zh, en, remedy_zh, remedy_en = _FAILURES[failure.kind]
    place = f" ({failure.place})" if failure.place else ""
    return Text(zh=f"{zh}{place}。", en=f"{en}{place}."), Text(zh=f"{remedy_zh}。", en=f"{remedy_en}.")


class Worker:
    """One reading process, started when it gets its first task."""

    def __init__(self, config: WorkerConfig, timeout_seconds: float) -> None:
        self._config = config
        self._timeout = timeout_seconds
        self._process: subprocess.Popen[str] | None = None

    @property
    def process_id(self) -> int | None:
        """The id of the running process."""
        return None if self._process is None else self._process.pid

    def run(self, task: dict[str, Any]) -> Answer:
        """The answer to one task, or why there is none; afterwards the worker is usable again."""
        process = self._started()
        timed_out = threading.Event()

        def stop() -> None:
            timed_out.set()
            process.kill()

        timer = threading.Timer(self._timeout, stop)
        timer.start()
        try:
            answer = self._ask(process, task)
        finally:
            timer.cancel()
        if answer is not None and "result" in answer and not timed_out.is_set():
            return dict(answer["result"])
        self.close()
        if timed_out.is_set():
            return Failure("timeout", "")
        if answer is None:
            return Failure("crash", f"exit {process.returncode}")
        return Failure("memory" if answer["is_memory"] else "crash", str(answer["error"]))

    def _ask(self, process: subprocess.Popen[str], task: dict[str, Any]) -> dict[str, Any] | None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a reading process was started without pipes")
        try:
            process.stdin.write(json.dumps(task, ensure_ascii=False) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        line = process.stdout.readline()
        return json.loads(line) if line.endswith("\n") else None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            environment = {
                name: value
                for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
            }
            threads = {"POLARS_MAX_THREADS": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-m", "pipelines.reading.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=PROJECT_DIR,
                env=environment | threads | {"PYTHONUTF8": "1"},
                text=True,
                encoding="utf-8",
            )
            if self._process.stdin is not None:
                self._process.stdin.write(self._config.model_dump_json() + "\n")
        return self._process

    def close(self) -> None:
        """End the process; the worker can be used again and starts a new one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue


class WorkerPool:
    """Several workers behind one queue; use as a context manager."""

    def __init__(self, settings: Settings, *, key: bytes = b"") -> None:
        config = WorkerConfig(
            memory_mb=settings.worker_memory_mb,
            contracts_dir=settings.contracts_dir,
            areas_file=settings.areas_file if settings.areas_file.exists() else None,
            allow_synthetic=settings.allow_synthetic,
            key_hex=key.hex(),
        )
        self._workers = [Worker(config, settings.file_timeout_seconds) for _ in range(settings.worker_count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()

    def run_all(self, tasks: Sequence[dict[str, Any]]) -> Iterator[Answer]:
        """The answers in the order of the tasks, as soon as each is there."""
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            idle.put(worker)

        def work(task: dict[str, Any]) -> Answer:
            worker = idle.get()
            try:
                return worker.run(task)
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(len(self._workers)) as executor:
            yield from executor.map(work, tasks)
