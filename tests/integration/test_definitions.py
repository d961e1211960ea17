"""The Dagster code location of a small county: what it shows, and that its job does what ``run_pipeline`` does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.contracts import Text, load_contracts
from pipelines.orchestration.code_location import MAIN, build_definitions, run_main
from pipelines.orchestration.instance import INSTANCE_FILE, open_instance
from pipelines.orchestration.sensors import run_key
from pipelines.publishing.lease import LeaseHeldError, take_lease
from pipelines.publishing.releases import current_release_id
from pipelines.publishing.status import LastRun, RunState
from pipelines.settings import Settings
from tests.integration.small_county import TOO_MUCH, land_payments, payments, small_settings, write_csv


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("county")
    settings = small_settings(folder / "data")
    land_payments(settings, folder / "in", 1, ["100.00"])
    return settings


@pytest.fixture
def instance(county: Settings) -> Iterator[dg.DagsterInstance]:
    with open_instance(county) as opened:
        yield opened


def test_the_job_publishes_and_marks_what_was_read(county: Settings) -> None:
    status = run_main(county, as_of_period=None, full=False)

    assert status.last_run.state == "published"
    assert status.last_run.release_id == current_release_id(county)
    assert "enabled: false" in (county.dagster_home / INSTANCE_FILE).read_text()
    with open_instance(county) as instance:
        runs = instance.get_runs()
        assert [(run.job_name, run.status) for run in runs] == [(MAIN, dg.DagsterRunStatus.SUCCESS)]
        key = dg.AssetKey("raw_finance__fund_payment")
        assert instance.get_materialized_partitions(key) == {"2020-01"}
        assert instance.get_latest_materialization_event(dg.AssetKey("kpi_fund_area_month")) is not None
        assert instance.get_latest_materialization_event(dg.AssetKey("release")) is not None


def test_a_failed_gate_fails_the_job_its_check_and_leaves_the_release(county: Settings, tmp_path: Path) -> None:
    standing = current_release_id(county)
    assert standing is not None
    land_payments(county, tmp_path, 2, [TOO_MUCH])
    status = run_main(county, as_of_period=None, full=False)

    assert status.last_run.state == "failed"
    assert current_release_id(county) == standing
    with open_instance(county) as instance:
        assert instance.get_runs(limit=1)[0].status == dg.DagsterRunStatus.FAILURE
        check = dg.AssetCheckKey(dg.AssetKey("release"), "dbt")
        record = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
        assert record.status.value == "FAILED"


def test_a_partition_can_be_materialised_by_itself(county: Settings, instance: dg.DagsterInstance) -> None:
    asset = build_definitions(county).resolve_assets_def("raw_finance__fund_payment")
    outcome = dg.materialize([asset], partition_key="2020-01", instance=instance)

    assert outcome.success
    metadata = outcome.asset_materializations_for_node("raw_finance__fund_payment")[0].metadata
    assert metadata["dagster/row_count"].value == 1
    assert not dg.materialize([asset], partition_key="2019-01", instance=instance, raise_on_error=False).success


def test_every_feed_is_an_asset_and_partitions_are_months_from_2014(county: Settings) -> None:
    definitions = build_definitions(county)
    names = {key.path[-1] for key in definitions.resolve_all_asset_keys()}

    assert {contract.table for contract in load_contracts().values()} <= names
    assert {"deliveries", "release", "kpi_fund_area_month"} <= names
    partitions = definitions.resolve_assets_def("raw_finance__fund_payment").partitions_def
    assert partitions is not None
    assert partitions.get_first_partition_key() == "2014-01"


def test_a_second_job_is_refused_while_a_run_is_going_on(county: Settings) -> None:
    with take_lease(county.state_dir, "other"), pytest.raises(LeaseHeldError, match="Another run"):
        run_main(county, as_of_period=None, full=False)


def test_a_second_job_that_started_beside_the_first_says_who_is_running(
    county: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As when both looked before either held the lease; the lease itself is real.
    monkeypatch.setattr("pipelines.orchestration.instance.is_held", lambda _: False)
    with take_lease(county.state_dir, "other"), pytest.raises(LeaseHeldError, match=r"^Another run") as refused:
        run_main(county, as_of_period=None, full=False)
    assert f"process {os.getpid()}" in str(refused.value)


def test_the_sensor_asks_once_for_the_same_inbox(county: Settings) -> None:
    sensor = next(one for one in build_definitions(county).sensors or [] if one.name == "inbox")
    with dg.build_sensor_context() as context:
        assert sensor.evaluate_tick(context).run_requests == []
        file = write_csv(county.inbox_dir / "支付2020年3月.csv", payments(3, ["5.00"]))
        first = sensor.evaluate_tick(context).run_requests
        again = sensor.evaluate_tick(context).run_requests
        os.utime(file)
        with take_lease(county.state_dir, "other"):
            during_a_run = sensor.evaluate_tick(context).run_requests

    assert first is not None
    assert again is not None
    assert len(first) == 1
    assert first[0].run_key == again[0].run_key
    assert during_a_run == []


@pytest.mark.parametrize(
    ("state", "minutes", "is_asked_again"),
    [("failed", 9, False), ("failed", 11, True), ("published", 11, False), ("running", 11, False)],
)
def test_files_that_a_failed_run_left_in_the_inbox_are_tried_again_after_a_pause(
    state: RunState, minutes: int, is_asked_again: bool
) -> None:
    now = datetime(2020, 2, 5, 8, tzinfo=UTC)
    last = LastRun(
        run_id="20200205T070000Z-1-abcd",
        state=state,
        started_at=now - timedelta(hours=1),
        ended_at=None if state == "running" else now - timedelta(minutes=minutes),
        stage="land",
        message=Text(zh="磁盘已满", en="The disk is full."),
        gates=[],
        release_id=None,
        seconds={},
    )
    plain = run_key(["支付.csv:12:1"], None, now)

    assert (run_key(["支付.csv:12:1"], last, now) != plain) == is_asked_again
    again = last.model_copy(update={"run_id": "20200205T075000Z-1-ef01"})
    assert (run_key(["支付.csv:12:1"], again, now) != run_key(["支付.csv:12:1"], last, now)) == is_asked_again


def test_a_run_that_the_daemon_starts_is_quiet_on_the_terminal(
    county: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    @dg.op
    def says_something() -> None:
        dg.get_dagster_logger().info("between you and the UI")

    @dg.job
    def chatty() -> None:
        says_something()

    with open_instance(county) as opened:
        assert chatty.execute_in_process(instance=opened).success

    assert capfd.readouterr().err == ""
