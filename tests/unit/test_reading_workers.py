"""Reading processes: a crash, a hang or a greedy file costs one file; nothing reaches a network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.reading.pool import (
    OUT_OF_PROCESSOR_TIME,
    SECOND_TRY_PATIENCE,
    Failure,
    Worker,
    WorkerPool,
)
from pipelines.reading.protocol import WorkerConfig
from pipelines.settings import Settings

CONTRACTS = Path(__file__).parents[1] / "faults" / "contracts"
ROWS = "补助编号,姓名,证件号码,乡镇,补助金额\n1000,甲,990101198001010015,丹凤街道,1\n"


def task_for(path: Path) -> dict[str, Any]:
    return {"task": "recognise", "path": str(path), "file_name": "补助2020年6月.csv", "feed": None, "period": None}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A named pipe that nobody writes to: reading it never returns."""
    path = tmp_path / "endless.csv"
    os.mkfifo(path)
    return path


@pytest.fixture
def new_worker(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    made: list[Worker] = []

    def make(*, timeout_seconds: float = 60, memory_mb: int = 4096) -> Worker:
        settings = Settings(
            data_dir=tmp_path, contracts_dir=CONTRACTS, allow_synthetic=True, worker_memory_mb=memory_mb
        )
        config = WorkerConfig.of(settings)
        made.append(Worker(config, timeout_seconds))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


def test_a_worker_is_reused_from_file_to_file(new_worker: Callable[..., Worker], sound: Path) -> None:
    worker = new_worker()
    first = worker.run(task_for(sound))
    process_id = worker.process_id
    second = worker.run(task_for(sound))
    assert isinstance(first, dict)
    assert first["feed"] == "aid"
    assert first["period"] == "2020-06"
    assert second == first
    assert worker.process_id == process_id


def test_a_file_that_takes_too_long_is_given_up_and_the_next_is_read(
    new_worker: Callable[..., Worker], sound: Path, endless: Path
) -> None:
    worker = new_worker(timeout_seconds=6)
    assert worker.run(task_for(endless)) == Failure("timeout", "")
    assert isinstance(worker.run(task_for(sound)), dict)


def test_a_killed_worker_costs_the_file_in_hand_and_is_replaced(
    new_worker: Callable[..., Worker], sound: Path, endless: Path
) -> None:
    worker = new_worker()
    worker.run(task_for(sound))
    process_id = worker.process_id
    assert process_id is not None
    killer = threading.Timer(0.3, os.kill, (process_id, signal.SIGKILL))
    killer.start()
    assert worker.run(task_for(endless)) == Failure("killed", f"exit {-signal.SIGKILL}")
    killer.join()
    assert isinstance(worker.run(task_for(sound)), dict)


@pytest.mark.parametrize(
    ("says", "failure"),
    [
        ("print('not json', flush=True); time.sleep(60)", Failure("crash", "no answer")),
        ("os.close(1); sys.exit(3)", Failure("crash", "exit 3")),
        ("os.close(1); time.sleep(0.5); os.kill(os.getpid(), signal.SIGABRT)", Failure("memory", "exit -6")),
    ],
)
def test_a_process_that_we_end_was_not_ended_by_the_system(
    new_worker: Callable[..., Worker], monkeypatch: pytest.MonkeyPatch, sound: Path, says: str, failure: Failure
) -> None:
    code = f"import os, signal, sys, time; sys.stdin.readline(); sys.stdin.readline(); {says}"
    started = subprocess.Popen
    worker = new_worker()
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", lambda _, **more: started([sys.executable, "-c", code], **more))
        assert worker.run(task_for(sound)) == failure
    assert isinstance(worker.run(task_for(sound)), dict)


def wide_text(path: Path, millions: int) -> Path:
    """A text of so many million short lines, never whole in this process."""
    million = "1000,甲,990101198001010015,丹凤街道,1\n".encode() * 1_000_000
    with path.open("wb") as text:
        text.write("补助编号,姓名,证件号码,乡镇,补助金额\n".encode())
        for _ in range(millions):
            text.write(million)
    return path


def test_a_file_beyond_the_memory_limit_is_refused_by_the_worker_alone(
    new_worker: Callable[..., Worker], sound: Path, tmp_path: Path
) -> None:
    worker = new_worker(memory_mb=1536)
    failure = worker.run(task_for(wide_text(tmp_path / "huge.csv", 16)))
    assert isinstance(failure, Failure)
    assert failure.kind == "memory"
    assert isinstance(worker.run(task_for(sound)), dict)


def test_an_unexpected_error_is_told_by_its_place_without_any_value(
    new_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    failure = new_worker().run(task_for(tmp_path / "张三 530323199001010018.csv"))
    assert isinstance(failure, Failure)
    assert failure.kind == "crash"
    assert failure.place.startswith("FileNotFoundError at ")
    assert "530323" not in failure.place


def test_a_name_that_is_no_text_breaks_nothing(new_worker: Callable[..., Worker], sound: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"\xb2\xb9\xd6\xfa2020.csv")
    odd.write_bytes(sound.read_bytes())
    answer = new_worker().run(task_for(odd) | {"file_name": odd.name})
    assert isinstance(answer, dict)
    assert answer["feed"] == "aid"


def test_answers_come_in_the_order_of_the_tasks(sound: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("甲,乙\n1,2\n", encoding="utf-8")
    settings = Settings(data_dir=tmp_path, contracts_dir=CONTRACTS, allow_synthetic=True, worker_count=2)
    with WorkerPool(settings) as pool:
        answers = list(pool.run_all([task_for(path) for path in (sound, other, sound, other)]))
    assert [isinstance(answer, dict) and answer["feed"] for answer in answers] == ["aid", None, "aid", None]


def test_a_file_out_of_processor_time_is_read_once_more(endless: Path, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, contracts_dir=CONTRACTS, allow_synthetic=True, worker_count=1)
    task = task_for(endless) | {"file_name": "补助2020年6月.csv"}

    def run_out_of_time(pool: WorkerPool) -> None:
        process_id = pool._workers[0].process_id
        assert process_id is not None
        endless.unlink()
        endless.write_text(ROWS, encoding="utf-8")
        os.kill(process_id, signal.SIGXCPU)

    with WorkerPool(settings) as pool:
        killer = threading.Timer(1, run_out_of_time, (pool,))
        killer.start()
        (answer,) = pool.run_all([task])
        killer.join()
    assert isinstance(answer, dict), answer
    assert answer["feed"] == "aid"


@pytest.mark.parametrize("is_used", [True, False])
def test_a_file_out_of_memory_is_read_once_more_only_after_a_process_that_had_read_others(
    sound: Path, endless: Path, tmp_path: Path, *, is_used: bool
) -> None:
    settings = Settings(data_dir=tmp_path, contracts_dir=CONTRACTS, allow_synthetic=True, worker_count=1)

    def run_out_of_memory(pool: WorkerPool) -> None:
        process_id = pool._workers[0].process_id
        assert process_id is not None
        endless.unlink()
        endless.write_text(ROWS, encoding="utf-8")
        os.kill(process_id, signal.SIGABRT)

    with WorkerPool(settings) as pool:
        if is_used:
            (first,) = pool.run_all([task_for(sound)])
            assert isinstance(first, dict), first
        killer = threading.Timer(2, run_out_of_memory, (pool,))
        killer.start()
        (answer,) = pool.run_all([task_for(endless)])
        killer.join()
    if is_used:
        assert isinstance(answer, dict), answer
        assert answer["feed"] == "aid"
    else:
        assert answer == Failure("memory", f"exit {-signal.SIGABRT}")


def test_a_file_out_of_memory_in_a_used_process_has_the_longer_share_too(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[Failure | None] = [Failure("memory", ""), OUT_OF_PROCESSOR_TIME, None]
    asked: list[object] = []
    really = Worker.run

    def ended(self: Worker, task: dict[str, Any]) -> Any:
        asked.append(task.get("patience"))
        failure = ends.pop(0)
        return really(self, task) if failure is None else failure

    settings = Settings(data_dir=tmp_path, contracts_dir=CONTRACTS, allow_synthetic=True, worker_count=1)
    with WorkerPool(settings) as pool:
        (first,) = pool.run_all([task_for(sound)])
        monkeypatch.setattr(Worker, "run", ended)
        (answer,) = pool.run_all([task_for(sound)])
    assert answer == first
    assert asked == [None, None, SECOND_TRY_PATIENCE]


def test_a_file_that_runs_out_of_processor_time_twice_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def spent(_: Worker, task: dict[str, Any]) -> Failure:
        asked.append(task.get("patience"))
        return OUT_OF_PROCESSOR_TIME

    monkeypatch.setattr(Worker, "run", spent)
    with WorkerPool(Settings(data_dir=tmp_path, worker_count=1)) as pool:
        (answer,) = pool.run_all([{"task": "recognise"}])
    assert answer == OUT_OF_PROCESSOR_TIME
    assert asked == [None, SECOND_TRY_PATIENCE]


PROBE = """
import socket, sys
from pipelines.reading.sandbox import NetworkRefusedError, confine
confine(2048)
for attempt in (
    lambda: socket.create_connection(("127.0.0.1", {port}), 2),
    lambda: socket.getaddrinfo("localhost", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", {port})),
):
    try:
        attempt()
    except NetworkRefusedError:
        continue
    sys.exit("reached")
print("refused")
"""


def test_a_confined_process_reaches_no_network(tmp_path: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-c", PROBE.format(port=port)], capture_output=True, text=True, check=False
        )
        with pytest.raises(TimeoutError):
            server.accept()
    assert (done.returncode, done.stdout.strip()) == (0, "refused"), done.stderr


def test_a_confined_process_cannot_take_more_memory_than_its_limit() -> None:
    code = "from pipelines.reading.sandbox import confine; confine(512); bytearray(600 * 1024 ** 2)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "MemoryError" in done.stderr


def test_a_limit_that_the_machine_has_set_already_is_kept() -> None:
    given = 5 * 1024**3
    code = (
        "import resource; from pipelines.reading.sandbox import confine; "
        f"resource.setrlimit(resource.RLIMIT_AS, ({given}, {given})); confine(4096); "
        "print(*resource.getrlimit(resource.RLIMIT_AS))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(given)] * 2, done.stderr


LIMITS = """
import resource, sys
from pathlib import Path
from pipelines.reading.sandbox import CPU_SECONDS, confine, grant
confine(4096)
size, action = int(sys.argv[1]), sys.argv[2]
grant(size, None, patience=2 if action == "patient" else 1)
if action == "memory":
    bytearray(500 * 1024 ** 2)
elif action == "patient":
    sys.exit(resource.getrlimit(resource.RLIMIT_CPU)[0] < 2 * CPU_SECONDS)
elif action == "again":
    grant(100 * 1024 ** 2, None)
    bytearray(500 * 1024 ** 2)
else:
    while True:
        pass
"""


@pytest.mark.parametrize(
    ("size", "action", "expected"),
    [
        (1000, "memory", 1),
        (100_000_000, "memory", 0),
        (1000, "again", 0),
        (1000, "patient", 0),
        (1000, "time", -signal.SIGXCPU),
    ],
)
def test_a_small_file_has_a_small_share_of_memory_and_time(size: int, action: str, expected: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITS, str(size), action], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == expected, done.stderr


def test_under_a_hard_limit_of_time_too_the_end_says_that_time_was_up() -> None:
    code = LIMITS.replace("confine(4096)", "resource.setrlimit(resource.RLIMIT_CPU, (3, 3)); confine(4096)")
    done = subprocess.run([sys.executable, "-c", code, "1000", "time"], capture_output=True, check=False, timeout=300)
    assert done.returncode == -signal.SIGXCPU, done.stderr


WRITES = """
import os, shutil, subprocess, sys
from pathlib import Path
from pipelines.reading.sandbox import WriteRefusedError, confine, grant
inside, outside = Path(sys.argv[1]), Path(sys.argv[2])
confine(2048)
grant(0, str(inside))
(inside / "mine").write_text("x")
(inside / "mine").rename(inside / "moved")
assert (outside / "kept").read_text() == "kept"
attempts = {
    "write": lambda: (outside / "new").write_text("x"),
    "append": lambda: open(outside / "kept", "a"),
    "update": lambda: open(outside / "kept", "r+b"),
    "low level": lambda: os.open(outside / "new", os.O_CREAT | os.O_WRONLY),
    "up": lambda: (inside / ".." / "outside" / "new").write_text("x"),
    "through a link": lambda: (inside / "link" / "new").write_text("x"),
    "neighbour": lambda: Path(str(inside) + "2").write_text("x"),
    "move out": lambda: (inside / "moved").rename(outside / "new"),
    "move in": lambda: (outside / "kept").rename(inside / "taken"),
    "remove": lambda: (outside / "kept").unlink(),
    "folder": lambda: (outside / "folder").mkdir(),
    "symlink": lambda: (outside / "new").symlink_to("/etc"),
    "mode": lambda: (outside / "kept").chmod(0o777),
    "tree": lambda: shutil.rmtree(outside),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
}
for name, attempt in attempts.items():
    try:
        attempt()
    except WriteRefusedError:
        continue
    sys.exit(f"allowed: {name}")
grant(0, None)
try:
    (inside / "late").write_text("x")
except WriteRefusedError:
    print("refused")
"""


def test_f35_a_confined_process_writes_to_its_task_s_folder_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (inside / "link").symlink_to(outside)
    done = subprocess.run(
        [sys.executable, "-c", WRITES, str(inside), str(outside)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "refused"), done.stderr
    assert [path.name for path in outside.iterdir()] == ["kept"]
    assert (outside / "kept").read_text() == "kept"
