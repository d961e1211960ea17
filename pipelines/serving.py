"""Dashboards and Dagster as child processes on the loopback address, started and stopped together."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

from pipelines.settings import PREFIX, PROJECT_DIR, Settings

HOST = "127.0.0.1"
STOP_SECONDS = 10


def commands(settings: Settings, *, with_dagster: bool) -> dict[str, list[str]]:
    """What is started, by name."""
    python = [sys.executable, "-m"]
    started = {
        "dashboards": [
            *python,
            "streamlit",
            "run",
            str(PROJECT_DIR / "dashboards" / "app.py"),
            *("--server.address", HOST, "--server.port", str(settings.dashboard_port), "--server.headless", "true"),
            *("--browser.gatherUsageStats", "false", "--client.showErrorDetails", "none"),
        ]
    }
    if with_dagster:
        module = ["-m", "pipelines.definitions"]
        quiet = ["--code-server-log-level", "warning"]
        web = ["dagster_webserver", *module, "--host", HOST, "--port", str(settings.dagster_port)]
        started["Dagster UI"] = [*python, *web, *quiet, "--dagster-log-level", "warning"]
        started["Dagster daemon"] = [*python, "dagster._daemon", "run", *module, *quiet, "--log-level", "warning"]
    return started


def serve(settings: Settings, *, with_dagster: bool, say: Callable[[str], None]) -> None:
    """Start everything and wait; ends when one child ends (RuntimeError) or on interruption."""
    environment = os.environ | {
        f"{PREFIX}DATA_DIR": str(settings.data_dir),
        "DAGSTER_HOME": str(settings.dagster_home),
        "PYTHONUTF8": "1",
    }
    if with_dagster:
        from pipelines.orchestration.instance import prepare_instance

        prepare_instance(settings)
    children = {
        name: subprocess.Popen(command, cwd=PROJECT_DIR, env=environment, stdout=subprocess.DEVNULL)
        for name, command in commands(settings, with_dagster=with_dagster).items()
    }
    say(f"Dashboards: http://{HOST}:{settings.dashboard_port}")
    if with_dagster:
        say(f"Dagster:    http://{HOST}:{settings.dagster_port}")
    say("Ctrl-C stops both. Neither can be reached from another machine.")
    try:
        while all(child.poll() is None for child in children.values()):
            time.sleep(0.5)
        ended = ", ".join(
            f"{name} (exit {child.poll()})" for name, child in children.items() if child.poll() is not None
        )
        raise RuntimeError(
            f"{ended} ended by itself: `xianqing doctor` shows whether its port was taken. All were stopped."
        )
    except KeyboardInterrupt:
        say("Stopped.")
    finally:
        for child in children.values():
            child.terminate()
        for child in children.values():
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
