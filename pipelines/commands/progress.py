"""How far a long command is: a bar on a terminal, a line now and then where standard error goes into a file.

Belongs here: showing what a stage reports. Does not belong here: what is reported; no name of a file or person reaches
a line.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[int, int, str], None]
QUIET_SECONDS = 8.0  # nobody waits longer for a sign of life


@contextmanager
def progress(title: str) -> Iterator[Report]:
    """A function that takes items done, items in all (0: a stage begins, named by the text) and a name."""
    if sys.stderr.isatty():
        with _bar(title) as report:
            yield report
        return
    lines = Lines(title, lambda text: print(text, file=sys.stderr, flush=True))
    with lines.running():
        yield lines.report


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(title, total=None)

        def report(done: int, total: int, name: str) -> None:
            bars.update(task, completed=done, total=total or None, description=f"{title}: {name[:40]}")

        yield report


class Lines:
    """Lines of a log: one for each stage, and one after every ``quiet_seconds`` without any.

    ``clock`` gives seconds. A line holds the seconds since the start, the stage, and how many of its items are done;
    names of items stay out of it.
    """

    def __init__(
        self,
        title: str,
        write: Callable[[str], None],
        *,
        quiet_seconds: float = QUIET_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._write, self._quiet, self._clock = write, quiet_seconds, clock
        self._started = self._told_at = clock()
        self._stage, self._done, self._total = title, 0, 0
        self._is_told = False
        self._lock = threading.Lock()

    def report(self, done: int, total: int, name: str) -> None:
        """Take what a stage reports; a new stage is told at once, its items now and then, and the last of them."""
        with self._lock:
            if not total:
                self._stage, self._done, self._total = name, 0, 0
                self._tell()
            else:
                self._done, self._total = done, total
                if done == total and self._is_told:  # what is over before anybody waited needs no line
                    self._tell()
        self.remind()

    def remind(self) -> None:
        """Say where the work stands when nothing has been said for long."""
        with self._lock:
            if self._clock() - self._told_at >= self._quiet:
                self._tell()

    def _tell(self) -> None:
        self._told_at, self._is_told = self._clock(), True
        count = f": {self._done:,} of {self._total:,}" if self._total else " …"
        self._write(f"{self._told_at - self._started:5.0f} s  {self._stage}{count}")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Remind from a thread of its own: a single statement may take longer than anybody waits."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(min(1.0, self._quiet)):
                self.remind()

        watcher = threading.Thread(target=watch, name="progress", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()
