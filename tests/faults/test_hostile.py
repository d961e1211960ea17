"""Faults F15, F17 and F33–F36: hostile files through a real reading process, judged from outside it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.reading.pool import READ_AGAIN, Answer, Failure, Worker, failure_texts
from pipelines.reading.protocol import WorkerConfig
from pipelines.settings import Settings
from tests.faults.bombs import BOMBS, FOREIGN, MB, old_sheet, sound
from tests.faults.office import CONTRACTS, Office, aid_rows, as_csv

MOST_SECONDS = 5
MOST_MB = 512
ONLY_BY_LIMIT = ("f34 a string of 60 KB in 100,000 cells",)
JUNE = "补助2020年6月"


class Lab:
    """One worker; every question is timed, its memory watched, and the disk compared before and after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = Settings(data_dir=folder, contracts_dir=CONTRACTS, allow_synthetic=True)
        self.worker = Worker(WorkerConfig.of(settings), timeout_seconds=60)
        self.seconds = 0.0
        self.busy_seconds = 0.0
        self.peak_mb = 0

    def ask(self, task: str, path: Path, name: str = f"{JUNE}.xlsx") -> Answer:
        if self.worker.process_id is None:
            self.worker.run(self._task("recognise", self.sound_file()))
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        before = self.outside()
        done = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(done, self.worker.process_id))
        watcher.start()
        started = time.monotonic()
        answer = self.worker.run(self._task(task, path, name))
        self.seconds = time.monotonic() - started
        done.set()
        watcher.join()
        assert self.outside() == before
        return answer

    def sound_file(self) -> Path:
        path = self.folder / "sound.csv"
        if not path.exists():
            path.write_text(as_csv(aid_rows()), encoding="utf-8")
        return path

    def outside(self) -> list[str]:
        """Everything in the folder but the work folder."""
        return sorted(str(path) for path in self.folder.rglob("*") if "work" not in path.parts)

    def _task(self, task: str, path: Path, name: str = f"{JUNE}.csv") -> dict[str, Any]:
        about = {"task": task, "path": str(path), "file_name": name, "feed": None, "period": None, "folder": None}
        if task == "read":
            about |= {"feed": "aid", "period": "2020-06", "receipt_id": "r", "limits": {}}
            about |= {"folder": str(self.folder / "work")}
        return about

    def _watch(self, done: threading.Event, process_id: int | None) -> None:
        """The largest resident memory and the processor time while the worker was at this file."""
        self.peak_mb, self.busy_seconds = 0, 0.0
        folder, first = Path(f"/proc/{process_id}"), None
        while True:
            try:
                pages = int((folder / "statm").read_text().split()[1])
                ticks = sum(map(int, (folder / "stat").read_text().rpartition(")")[2].split()[11:13]))
            except (OSError, IndexError):
                return
            first = ticks if first is None else first
            self.busy_seconds = (ticks - first) / os.sysconf("SC_CLK_TCK")
            self.peak_mb = max(self.peak_mb, pages * os.sysconf("SC_PAGE_SIZE") // MB)
            if done.wait(0.005):
                return


def refusal(answer: Answer) -> str | None:
    """Why a file was refused, in any of the answers; None when it was read."""
    if isinstance(answer, Failure):
        return failure_texts(answer, READ_AGAIN)[0].en
    if answer.get("feed") and answer.get("period"):
        return None
    reason = answer.get("refused") or answer.get("reason")
    return str(reason) if reason else None


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.worker.close()


def check_refused(lab: Lab, path: Path, name: str, *, by_look: bool = True) -> None:
    for task in ("recognise", "read", "inspect"):
        answer = lab.ask(task, path, name)
        reason = refusal(answer)
        if task != "recognise" or by_look:
            assert reason is not None, (task, answer)
        assert min(lab.seconds, lab.busy_seconds) <= MOST_SECONDS, (task, lab.seconds, lab.busy_seconds)
        assert lab.peak_mb <= MOST_MB, (task, lab.peak_mb)
        if by_look:
            assert not isinstance(answer, Failure), (task, answer)
        print(f"{path.name}: {task} {lab.seconds:.2f} s ({lab.busy_seconds:.2f} busy) {lab.peak_mb} MB")
    assert isinstance(lab.ask("recognise", lab.sound_file(), f"{JUNE}.csv"), dict)


@pytest.mark.parametrize("kind", BOMBS)
def test_f33_f34_f35_f36_a_hostile_workbook_is_refused_within_five_seconds_and_512_mb(
    lab: Lab, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / kind.replace("/", " ")
    path.write_bytes(BOMBS[kind]())
    check_refused(lab, path, f"{JUNE}.xlsx", by_look=kind not in ONLY_BY_LIMIT)


@pytest.mark.parametrize("kind", FOREIGN)
def test_f17_another_format_under_the_name_of_a_table_is_refused(lab: Lab, tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    path.write_bytes(FOREIGN[kind]())
    check_refused(lab, path, f"{JUNE}.csv")


def gigabyte_cell(path: Path) -> None:
    """A gigabyte in one cell, which takes no room on the disk."""
    with path.open("wb") as handle:
        handle.write(as_csv(aid_rows()).encode() + b"1013,")
        handle.truncate(1024 * MB)


def million_columns(path: Path) -> None:
    path.write_bytes(as_csv(aid_rows()).encode() + b"," * 10_000_000 + b"\n")


def long_line(path: Path) -> None:
    path.write_bytes(as_csv(aid_rows()).encode() + b'"' + b"a" * 2_100_000 + b'"' + b"," * 7 + b"\n")


def long_header(path: Path) -> None:
    path.write_bytes(b"a," * 1_100_000 + b"\n" + as_csv(aid_rows()).encode())


@pytest.mark.parametrize("write", [gigabyte_cell, million_columns, long_line, long_header])
def test_f15_a_cell_or_line_beyond_all_measure_is_refused(
    lab: Lab, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    path = tmp_path / write.__name__
    write(path)
    check_refused(lab, path, f"{JUNE}.csv")


def test_f36_an_archive_cut_anywhere_is_refused(lab: Lab, tmp_path: Path) -> None:
    for raw, suffix in ((sound(), "xlsx"), (old_sheet(), "xls")):
        path = tmp_path / f"cut.{suffix}"
        last = len(raw) if suffix == "xlsx" else len(raw) * 3 // 4
        for size in [*range(8, 40), *range(40, last, 331), *range(len(raw) - 40, last, 7)]:
            path.write_bytes(raw[:size])
            answer = lab.ask("read", path)
            assert refusal(answer) is not None, size
            assert not isinstance(answer, Failure), (size, answer)


def test_f36_a_flipped_bit_in_an_archive_never_breaks_the_reader_nor_changes_a_value(lab: Lab, tmp_path: Path) -> None:
    path = tmp_path / "sound.xlsx"
    path.write_bytes(sound())
    whole = lab.ask("read", path)
    assert isinstance(whole, dict)
    for raw, suffix in ((sound(), "xlsx"), (old_sheet(), "xls")):
        path = tmp_path / f"flipped.{suffix}"
        for at in range(0, len(raw), len(raw) // 40):
            damaged = bytearray(raw)
            damaged[at] ^= 1 << (at % 8)
            path.write_bytes(damaged)
            answer = lab.ask("read", path)
            assert not isinstance(answer, Failure), (suffix, at, answer)
            if suffix == "xlsx" and answer["verdict"] != "refused":
                assert answer["content_hash"] == whole["content_hash"], at


def test_f33_a_plain_old_workbook_is_read_like_a_new_one(lab: Lab, tmp_path: Path) -> None:
    counts = []
    for name, raw in (("a.xls", old_sheet(12)), ("a.xlsx", sound())):
        path = tmp_path / name
        path.write_bytes(raw)
        answer = lab.ask("read", path)
        assert isinstance(answer, dict), answer
        counts.append((answer["accepted_count"], answer["rejected_count"], answer["content_hash"]))
    assert counts[0] == counts[1]
    assert counts[0][:2] == (12, 0)


def test_f15_f34_the_other_feeds_of_a_batch_are_read(office: Office) -> None:
    office.drop("甲2020年6月.xlsx", BOMBS["f34 high ratio"]())
    gigabyte_cell(office.drop("乙2020年6月.csv", ""))
    office.drop("丙2020年6月.xlsx", BOMBS["f34 a string of 60 KB in 100,000 cells"]())
    office.drop(f"{JUNE}.csv", as_csv(aid_rows()))
    ledgers = {ledger.file_name: ledger for ledger in office.take()}
    assert ledgers[f"{JUNE}.csv"].accepted_count == 12
    assert all(ledger.verdict == "refused" for name, ledger in ledgers.items() if name != f"{JUNE}.csv")
