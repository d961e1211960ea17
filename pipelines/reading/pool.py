"""Reading processes, reused from file to file; one that dies or takes too long costs only the file in hand.

Belongs here: starting, feeding, watching and replacing workers. Does not belong here: what the tasks do.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pipelines.contracts import Text
from pipelines.reading.protocol import LONGEST_ANSWER, WorkerConfig, parse_answer
from pipelines.settings import Settings

PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Failure:
    """A task without an answer: ``kind`` is crash, timeout, memory or killed; ``place`` names no value, only code."""

    kind: str
    place: str


Answer = dict[str, Any] | Failure

# On a crowded or sleeping machine the clock of processor time can jump: a small file once "used" five seconds. So the
# first death of this kind proves nothing, and the second try gets a longer share.
OUT_OF_PROCESSOR_TIME = Failure("timeout", f"exit {-signal.SIGXCPU}")
SECOND_TRY_PATIENCE = 6
_LAST_BREATH_SECONDS = 2  # between the end of its answers and of the process itself

# What follows when a worker gave no answer depends on what was asked of it.
READ_AGAIN = Text(zh="下次运行会自动再读", en="the next run reads the file again")
LOOKED_AT_AGAIN = Text(
    zh="把文件再放入收件箱会重新识别", en="put into the inbox once more, the file is looked at again"
)
ASKED_AGAIN = Text(zh="可以再检查一次", en="it can be checked once more")
_FAULT_ZH = "这不是报送部门的问题，{again}。仍然失败的，请数据管理员"
_FAULT_EN = "this is no fault of the sender, {again}. If that fails too, the steward"
_FAILURES = {
    "crash": (
        "读取程序在处理这个文件时异常退出",
        "our reader broke down on this file",
        "连同程序版本号报告，或请部门换一种格式导出",
        "reports it with the program's version or asks for an export in another format",
    ),
    "timeout": (
        "读取程序没有在时限内读完这个文件",
        "our reader did not finish this file in the time allowed",
        "调大 XIANQING_FILE_TIMEOUT_SECONDS，或请部门拆分文件",
        "raises XIANQING_FILE_TIMEOUT_SECONDS or asks for smaller files",
    ),
    "memory": (
        "读取程序的内存限度不够读这个文件",
        "our reader's memory limit is too small for this file",
        "调大 XIANQING_WORKER_MEMORY_MB，或请部门拆分文件",
        "raises XIANQING_WORKER_MEMORY_MB or asks for smaller files",
    ),
    "killed": (
        "系统结束了读取这个文件的进程，多半是这台机器的内存不够",
        "the system ended our reader on this file, most likely because this machine ran out of memory",
        "关闭占内存的其他程序，或把 XIANQING_WORKER_COUNT 设为 1",
        "closes other programs or sets XIANQING_WORKER_COUNT=1",
    ),
}
# What a process that gave no answer ended with: a parser outside Python aborts when it gets no memory, and the kernel
# ends a process out of processor time or, when the whole machine is out of memory, the largest one.
_ENDS = {-signal.SIGABRT: "memory", -signal.SIGXCPU: "timeout", -signal.SIGKILL: "killed"}
READER_FAILED = "reader_failed"


def failure_texts(failure: Failure, again: Text) -> tuple[Text, Text]:
    """Reason and remedy of a file whose worker gave no answer; ``again`` is how it comes to another try."""
    zh, en, remedy_zh, remedy_en = _FAILURES[failure.kind]
    place = f" ({failure.place})" if failure.place else ""
    fault_zh, fault_en = _FAULT_ZH.format(again=again.zh), _FAULT_EN.format(again=again.en)
    remedy = Text(zh=f"{fault_zh}{remedy_zh}。", en=f"{fault_en} {remedy_en}.")
    return Text(zh=f"{zh}{place}。", en=f"{en}{place}."), remedy


class Worker:
    """One reading process, started when it gets its first task."""

    def __init__(self, config: WorkerConfig, timeout_seconds: float) -> None:
        self._config = config.model_dump_json() + "\n"
        self._timeout = timeout_seconds
        self._process: subprocess.Popen[str] | None = None
        self._answered = 0
        self._is_told = False  # the running process has its config

    @property
    def process_id(self) -> int | None:
        """The id of the running process."""
        return None if self._process is None else self._process.pid

    @property
    def is_used(self) -> bool:
        """True when the running process has answered a task: it may still hold memory of it."""
        return self._process is not None and self._answered > 0

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
            timer.join()  # it may have begun to stop the process
        if answer is not None and "result" in answer and not timed_out.is_set():
            self._answered += 1
            return dict(answer["result"])
        ended = _end_of(process) if answer is None and not timed_out.is_set() else None
        self.close()
        if timed_out.is_set():
            return Failure("timeout", "")
        if answer is not None:
            return Failure("memory" if answer["is_memory"] else "crash", str(answer["error"]))
        if ended is None:
            return Failure("crash", "no answer")
        return Failure(_ENDS.get(ended, "crash"), f"exit {ended}")

    def _ask(self, process: subprocess.Popen[str], task: dict[str, Any]) -> dict[str, Any] | None:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a reading process was started without pipes")
        first = "" if self._is_told else self._config
        self._is_told = True
        try:
            process.stdin.write(first + json.dumps(task) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return None
        line = process.stdout.readline(LONGEST_ANSWER)
        return parse_answer(line) if line.endswith("\n") else None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            environment = {
                name: value
                for name, value in os.environ.items()
                if name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
            }
            # The processes are as many as the machine's cores: threads of one would wait for those of another.
            threads = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
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
            self._answered = 0
            self._is_told = False
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


def _end_of(process: subprocess.Popen[str]) -> int | None:
    """How a process that gave no answer ended by itself; None when it still lives, so that it is we who end it."""
    try:
        return process.wait(_LAST_BREATH_SECONDS)
    except subprocess.TimeoutExpired:
        return None


class WorkerPool:
    """Several workers behind one queue; use as a context manager."""

    def __init__(self, settings: Settings, *, key: bytes = b"") -> None:
        config = WorkerConfig.of(settings, key)
        self._workers = [Worker(config, settings.file_timeout_seconds) for _ in range(settings.worker_count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.close()

    def run_all(self, tasks: Sequence[dict[str, Any]]) -> Iterator[Answer]:
        """The answers in the order of the tasks, as soon as each is there.

        A task out of processor time is tried once more, and one out of memory in a process that had read other files.
        """
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in self._workers:
            idle.put(worker)

        def work(task: dict[str, Any]) -> Answer:
            worker = idle.get()
            try:
                was_used = worker.is_used
                answer = worker.run(task)
                if isinstance(answer, Failure) and answer.kind == "memory" and was_used:
                    answer = worker.run(task)
                if answer == OUT_OF_PROCESSOR_TIME:
                    answer = worker.run(task | {"patience": SECOND_TRY_PATIENCE})
                return answer
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(len(self._workers)) as executor:
            yield from executor.map(work, tasks)
