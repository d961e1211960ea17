"""Whether this machine and this data folder are fit to run: one line for each thing, with what to do."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipelines.gates.space import free_bytes
from pipelines.installation import is_made_synthetic
from pipelines.publishing.lease import is_held
from pipelines.publishing.manifest import ReleaseError
from pipelines.publishing.releases import current_release_id, release_manifest
from pipelines.publishing.status import read_status
from pipelines.settings import KeyFileError, Settings

CheckState = Literal["ok", "warning", "problem"]
EARLIEST_YEAR, LATEST_YEAR = 2024, 2060
MINIMUM_MEMORY_MB = 2048
TESTED_PYTHONS = ((3, 11), (3, 12), (3, 13))
# Two processes of one user must exclude each other here; some network file systems only pretend to lock.
LOCK_PROBE = """
import fcntl, sys
with open(sys.argv[1]) as handle:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(0)
sys.exit(1)
"""


class Finding(BaseModel):
    """One line of the doctor."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    state: CheckState
    found: str
    remedy: str = ""


def examine(settings: Settings) -> list[Finding]:
    """Every finding, in a fixed order; nothing is changed but a short-lived probe file in the data folder."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        _python,
        _clock,
        _memory,
        _space,
        _locks,
        _mode,
        _key,
        _network_isolation,
        _fonts,
        _dashboard_port,
        _dagster_port,
        _last_run,
        _release,
    )
    return [check(settings) for check in checks]


def _python(_: Settings) -> Finding:
    found = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if (sys.version_info.major, sys.version_info.minor) in TESTED_PYTHONS:
        return Finding(name="python", state="ok", found=found)
    remedy = "The pinned packages are tested with Python 3.11 to 3.13: make the environment with one of these."
    return Finding(name="python", state="warning", found=found, remedy=remedy)


def _clock(settings: Settings) -> Finding:
    now = datetime.now(UTC)
    current = current_release_id(settings)
    newest = datetime.strptime(current[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if current else None
    found = now.isoformat(timespec="seconds")
    if EARLIEST_YEAR <= now.year <= LATEST_YEAR and (newest is None or newest <= now):
        return Finding(name="clock", state="ok", found=found)
    remedy = "Set the system clock (`timedatectl`): arrival times and release names come from it."
    return Finding(name="clock", state="problem", found=found, remedy=remedy)


def _memory(_: Settings) -> Finding:
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    state: CheckState = "ok" if megabytes >= MINIMUM_MEMORY_MB else "warning"
    remedy = "" if state == "ok" else "Set XIANQING_WORKER_COUNT=1; a full county wants 4 GB."
    return Finding(name="memory", state=state, found=f"{megabytes:,} MB", remedy=remedy)


def _space(settings: Settings) -> Finding:
    folder = _existing(settings.data_dir)
    megabytes = free_bytes(folder) // 2**20
    state: CheckState = "ok" if megabytes >= settings.minimum_free_mb else "problem"
    remedy = "" if state == "ok" else f"A run needs {settings.minimum_free_mb:,} MB: make room or use another disk."
    return Finding(name="free space", state=state, found=f"{megabytes:,} MB in {folder}", remedy=remedy)


def _existing(folder: Path) -> Path:
    return next(path for path in (folder, *folder.parents) if path.is_dir())


def locks_work(folder: Path) -> bool:
    """Whether a lock taken by this process keeps another process out in ``folder``."""
    import fcntl

    with tempfile.NamedTemporaryFile(dir=folder, prefix=".lock-probe-") as probe:
        fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return subprocess.run([sys.executable, "-c", LOCK_PROBE, probe.name], check=False).returncode == 0


def _locks(settings: Settings) -> Finding:
    remedy = "Put the data folder on a local disk: this file system does not lock, two runs could publish at once."
    try:
        works = locks_work(_existing(settings.data_dir))
    except OSError as error:
        return Finding(name="file locks", state="problem", found=error.strerror or "refused", remedy=remedy)
    if works:
        return Finding(name="file locks", state="ok", found="two processes exclude each other")
    return Finding(name="file locks", state="problem", found="a second process was not kept out", remedy=remedy)


def _mode(settings: Settings) -> Finding:
    if settings.allow_synthetic and not is_made_synthetic(settings):
        remedy = "Unset XIANQING_ALLOW_SYNTHETIC: this folder was not set up for invented people."
        return Finding(
            name="mode", state="problem", found="the environment accepts synthetic identities", remedy=remedy
        )
    if settings.allow_synthetic or is_made_synthetic(settings):
        remedy = "For real data: `xianqing clear-synthetic`, then `xianqing init`."
        return Finding(name="mode", state="warning", found="a synthetic county: releases are marked", remedy=remedy)
    return Finding(name="mode", state="ok", found="real: synthetic identities are refused")


def _key(settings: Settings) -> Finding:
    try:
        settings.read_key()
    except KeyFileError as error:
        return Finding(name="pseudonym key", state="problem", found="unusable", remedy=str(error))
    return Finding(name="pseudonym key", state="ok", found=f"{settings.pseudonym_key_file}, readable by its owner only")


def _network_isolation(_: Settings) -> Finding:
    probe = "import sys; from pipelines.reading.sandbox import leave_network; sys.exit(0 if leave_network() else 1)"
    child = subprocess.run(
        [sys.executable, "-c", probe], cwd=Path(__file__).parents[1], check=False, capture_output=True
    )
    if child.returncode == 0:
        return Finding(name="reader isolation", state="ok", found="reading processes have no network")
    remedy = (
        "Allow unprivileged user namespaces (`sysctl kernel.unprivileged_userns_clone=1`) for the kernel's own guard."
    )
    return Finding(
        name="reader isolation", state="warning", found="only Python's audit hook keeps them off", remedy=remedy
    )


def _fonts(_: Settings) -> Finding:
    command = shutil.which("fc-list")
    remedy = "Install a CJK font, on Debian `apt-get install fonts-noto-cjk fontconfig`: exported charts need one."
    if command is None:
        return Finding(name="Chinese font", state="warning", found="fontconfig is not installed", remedy=remedy)
    listed = subprocess.run([command, ":lang=zh", "family"], capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    if listed[0].strip():
        return Finding(name="Chinese font", state="ok", found=listed[0].strip())
    return Finding(name="Chinese font", state="warning", found="none", remedy=remedy)


def port_is_free(port: int) -> bool:
    """Whether a server can be started on this loopback port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _port(name: str, port: int, variable: str) -> Finding:
    if port_is_free(port):
        return Finding(name=name, state="ok", found=f"127.0.0.1:{port} is free")
    remedy = f"Something already serves there: if it is not `xianqing serve`, set {variable} to another port."
    return Finding(name=name, state="warning", found=f"127.0.0.1:{port} is taken", remedy=remedy)


def _dashboard_port(settings: Settings) -> Finding:
    return _port("dashboard port", settings.dashboard_port, "XIANQING_DASHBOARD_PORT")


def _dagster_port(settings: Settings) -> Finding:
    return _port("Dagster port", settings.dagster_port, "XIANQING_DAGSTER_PORT")


def _last_run(settings: Settings) -> Finding:
    status = read_status(settings)
    if status is None:
        remedy = "Drop files into the inbox and run `xianqing run`, or `make run` for a synthetic county."
        return Finding(name="last run", state="warning", found="none yet", remedy=remedy)
    run = status.last_run
    if run.state == "running" and is_held(settings.state_dir):
        return Finding(name="last run", state="ok", found=f"{run.run_id} is going on: {run.message.en}")
    if run.state in ("running", "failed"):
        found = run.message.en if run.state == "failed" else f"{run.run_id} died while {run.message.en}"
        return Finding(name="last run", state="problem", found=found, remedy="Do what it says and run `xianqing run`.")
    return Finding(name="last run", state="ok", found=f"{run.state}: {run.message.en}")


def _release(settings: Settings) -> Finding:
    try:
        current = current_release_id(settings)
        if current is None:
            return Finding(name="release", state="warning", found="none yet", remedy="Run `xianqing run`.")
        manifest = release_manifest(settings, current)
    except ReleaseError as error:
        return Finding(name="release", state="problem", found="damaged", remedy=str(error))
    return Finding(name="release", state="ok", found=f"{current}, as of {manifest.as_of_period}")
