"""Everything that Dagster sees of one installation, and its main job run in this process."""

from __future__ import annotations

from typing import Any

import dagster as dg

from pipelines.contracts import load_contracts
from pipelines.modelling import dbt_manifest
from pipelines.orchestration.instance import run_job
from pipelines.orchestration.main_job import RUN, deliveries, models_asset, release_asset, run_resource
from pipelines.orchestration.raw import raw_asset
from pipelines.orchestration.sensors import failure_sensor, inbox_sensor
from pipelines.publishing.lease import LeaseHeldError
from pipelines.publishing.status import Status, read_status
from pipelines.run import Progress
from pipelines.settings import Settings

MAIN = "main"


def build_definitions(settings: Settings, progress: Progress | None = None) -> dg.Definitions:
    """Every asset, job and sensor of one installation; parses the dbt project when its manifest is out of date."""
    raw = [raw_asset(contract, settings) for contract in load_contracts(settings.contracts_dir).values()]
    models = models_asset(dbt_manifest(settings))
    release = release_asset(sorted(models.keys))
    main = dg.define_asset_job(
        MAIN,
        selection=dg.AssetSelection.assets(deliveries, models, release),
        description="接收、读取、建模、审核、发布 | Land, read, model, audit, publish.",
        executor_def=dg.in_process_executor,
    )
    return dg.Definitions(
        assets=[*raw, deliveries, models, release],
        jobs=[main],
        sensors=[inbox_sensor(settings, MAIN), failure_sensor(settings)],
        resources={RUN: run_resource(settings, progress)},
        executor=dg.in_process_executor,
    )


def run_main(settings: Settings, *, as_of_period: str | None, full: bool, progress: Progress | None = None) -> Status:
    """Run the job ``main`` here; returns the status it left, failed or not.

    Raises LeaseHeldError when another run is going on, RuntimeError when the job ended without any status.
    """
    job = build_definitions(settings, progress).resolve_job_def(MAIN)
    before = read_status(settings)
    outcome = run_job(settings, job, as_of_period, full=full)
    status = read_status(settings)
    # A job that failed before its run began has left the status of an earlier one, which may itself have failed.
    if status is None or (not outcome.success and (status.last_run.state != "failed" or status == before)):
        reasons = [reason for event in outcome.all_events if event.is_failure for reason in _reasons(event)]
        for reason in reasons:
            # Two runs that start together both find the lease free at first; one of them learns it here.
            if reason.cls_name == LeaseHeldError.__name__:
                raise LeaseHeldError(reason.message.removeprefix(f"{_full_name(LeaseHeldError)}: ").strip())
        told = " ".join(reason.message.strip() for reason in reasons)
        raise RuntimeError(f"The job did not start: {told or 'no reason given'}")
    return status


def _reasons(event: dg.DagsterEvent) -> list[Any]:
    """The error of a failed step or job and what caused it, the outermost first."""
    error = getattr(event.event_specific_data, "error", None)
    found = []
    while error is not None:
        found.append(error)
        error = error.cause
    return found


def _full_name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
