"""No network at run time: the demonstration and the servers, with every far connection refused and recorded."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from pipelines.publishing.releases import list_releases
from pipelines.settings import PROJECT_DIR, load_settings

OFFLINE = Path(__file__).parent / "offline"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data_dir: Path, log: Path, **more: str) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(OFFLINE),
        "XIANQING_DATA_DIR": str(data_dir),
        "XIANQING_TEST_NETWORK_LOG": str(log),
        **more,
    }


def attempts(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


def xianqing(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "pipelines.cli", *arguments]


def answer(url: str, seconds: float) -> str:
    """The body of a page once the server answers; fails when it does not in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return str(response.read().decode())
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"{url} did not answer within {seconds} s")


def test_the_hook_itself_refuses_and_records(tmp_path: Path) -> None:
    log = tmp_path / "network.log"
    code = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    result = subprocess.run(
        [sys.executable, "-c", code], env=environment(tmp_path, log), capture_output=True, check=False, text=True
    )
    assert result.returncode != 0
    assert "192.0.2.1" in attempts(log)


def test_the_demonstration_and_its_servers_never_reach_out(tmp_path: Path) -> None:
    log, data_dir = tmp_path / "network.log", tmp_path / "data"
    ports = {"XIANQING_DASHBOARD_PORT": str(free_port()), "XIANQING_DAGSTER_PORT": str(free_port())}
    env = environment(data_dir, log, **ports)

    made = subprocess.run(
        xianqing("demo", "--scale", "0.02", "--months", "2", "--no-serve"),
        cwd=PROJECT_DIR, env=env, capture_output=True, check=False, text=True,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert len(list_releases(load_settings({"XIANQING_DATA_DIR": str(data_dir)}))) == 1

    serving = subprocess.Popen(xianqing("serve"), cwd=PROJECT_DIR, env=env, stdout=subprocess.DEVNULL)
    try:
        page = answer(f"http://127.0.0.1:{ports['XIANQING_DASHBOARD_PORT']}/", 60)
        dagster = answer(f"http://127.0.0.1:{ports['XIANQING_DAGSTER_PORT']}/server_info", 90)
    finally:
        serving.send_signal(signal.SIGTERM)
        serving.wait(30)
    assert "streamlit" in page.lower()
    assert "dagster_version" in dagster
    assert attempts(log) == ""
