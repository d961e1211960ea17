"""Dagster's own folder, and the job run in this process so that the UI shows it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipelines.files import write_atomically
from pipelines.publishing.lease import LeaseHeldError, is_held
from pipelines.settings import Settings

INSTANCE_FILE = "dagster.yaml"
HOME = "DAGSTER_HOME"
# A run tells its events to the instance, where the UI shows them; the terminal of `xianqing serve` stays readable.
WITHOUT_EVENT_LOG = """\
telemetry:
  enabled: false
nux:
  enabled: false
run_coordinator:
  module: dagster._core.run_coordinator.queued_run_coordinator
  class: QueuedRunCoordinator
  config:
    max_concurrent_runs: 1
python_logs:
  python_log_level: CRITICAL
"""
INSTANCE = f"""\
{WITHOUT_EVENT_LOG}event_log_storage:
  module: pipelines.orchestration.event_log
  class: OpenEventLog
  config:
    dagster_home:
      env: {HOME}
"""


def prepare_instance(settings: Settings) -> None:
    """Write Dagster's settings file once; an operator's own changes stay, our own earlier text is replaced."""
    path = settings.dagster_home / INSTANCE_FILE
    if not path.is_file() or path.read_text(encoding="utf-8") == WITHOUT_EVENT_LOG:
        write_atomically(path, INSTANCE)


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The installation's Dagster instance; in the block `DAGSTER_HOME` is set, which its settings file asks for."""
    prepare_instance(settings)
    before = os.environ.get(HOME)
    os.environ[HOME] = str(settings.dagster_home)
    try:
        with dg.DagsterInstance.from_config(str(settings.dagster_home)) as instance:
            yield instance
    finally:
        os.environ.pop(HOME)
        if before is not None:
            os.environ[HOME] = before


def run_job(
    settings: Settings, job: dg.JobDefinition, as_of_period: str | None, *, full: bool
) -> dg.ExecuteInProcessResult:
    """Execute the job in this process against the installation's Dagster instance.

    Raises LeaseHeldError when another run is going on. A failed job is in the result, its reason in the status file.
    """
    if is_held(settings.state_dir):
        raise LeaseHeldError(
            f"Another run is working in {settings.data_dir}: wait until it has ended and start again; "
            "`xianqing doctor` shows it."
        )
    config: dict[str, Any] = {"as_of_period": as_of_period or "", "full": full}
    with open_instance(settings) as instance:
        for record in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
            instance.report_run_failed(record, "its process died; the standing release was not touched")
        # Events go to the instance, where the UI shows them; on the console the status speaks.
        quiet = {"console": {"config": {"log_level": "CRITICAL"}}}
        return job.execute_in_process(
            run_config={"resources": {"pipeline_run": {"config": config}}, "loggers": quiet},
            instance=instance,
            raise_on_error=False,
        )
