"""What Dagster watches: the inbox, and runs that end badly."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from pipelines.landing import inbox_files
from pipelines.publishing.lease import is_held
from pipelines.publishing.status import LastRun, read_status
from pipelines.reporting import reap
from pipelines.settings import Settings

INBOX_SECONDS = 30
RETRY_PAUSE = timedelta(minutes=10)


def inbox_sensor(settings: Settings, job_name: str) -> dg.SensorDefinition:
    """Requests a run when files lie complete in the inbox; a run that died without a word is marked as failed."""

    @dg.sensor(
        name="inbox",
        job_name=job_name,
        minimum_interval_seconds=INBOX_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="收件箱有新文件时运行 | Runs the job when files lie complete in the inbox.",
    )
    def inbox() -> Iterator[dg.RunRequest | dg.SkipReason]:
        reap(settings)
        if is_held(settings.state_dir):
            yield dg.SkipReason("a run is going on; it lands what lies in the inbox")
            return
        states = _standing_still(inbox_files(settings), settings.stable_seconds)
        if not states:
            yield dg.SkipReason("no file in the inbox has stood still long enough")
            return
        status = read_status(settings)
        yield dg.RunRequest(run_key=run_key(states, status.last_run if status else None, datetime.now(UTC)))

    return inbox


def run_key(states: Sequence[str], last_run: LastRun | None, now: datetime) -> str:
    """One key for one state of the inbox: Dagster starts no second run for it.

    When the last run failed and its files still lie there, the key changes ``RETRY_PAUSE`` after that failure.
    """
    parts = sorted(states)
    if last_run is not None and last_run.state == "failed" and last_run.ended_at is not None:
        parts += [last_run.run_id] if now - last_run.ended_at >= RETRY_PAUSE else []
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _standing_still(paths: Sequence[Path], stable_seconds: float) -> list[str]:
    """Name, size and time of files that did not change lately; landing itself looks again more closely."""
    states = [(path.name, path.stat()) for path in paths if path.exists()]
    oldest_change = time.time() - stable_seconds
    return [f"{name}:{state.st_size}:{state.st_mtime_ns}" for name, state in states if state.st_mtime <= oldest_change]


def failure_sensor(settings: Settings) -> dg.SensorDefinition:
    """A run that Dagster saw fail without a final status of its own gets one."""

    @dg.run_failure_sensor(name="failed_runs", default_status=dg.DefaultSensorStatus.RUNNING)
    def failed_runs(context: dg.RunFailureSensorContext) -> None:
        if reap(settings):
            context.log.info("the status of the last run was set to failed")

    return failed_runs
