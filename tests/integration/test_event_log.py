"""What a run tells Dagster: the same log that Dagster itself writes, without opening its files for every event."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage

from pipelines.orchestration.event_log import EVENTS
from pipelines.orchestration.instance import INSTANCE, INSTANCE_FILE, WITHOUT_EVENT_LOG, open_instance, prepare_instance
from pipelines.settings import Settings

MODELS = [dg.AssetKey(f"model_{number}") for number in range(20)]


@dg.multi_asset(specs=[dg.AssetSpec(key) for key in MODELS], check_specs=[dg.AssetCheckSpec("rows", asset=MODELS[0])])
def models() -> Any:
    for key in MODELS:
        yield dg.MaterializeResult(asset_key=key)
    yield dg.AssetCheckResult(asset_key=MODELS[0], check_name="rows", passed=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data")


def told(home: Path, run_id: str) -> dict[str, int]:
    """How often each kind of event stands in the log, as Dagster's own reader finds it."""
    own = SqliteEventLogStorage(str(home / EVENTS))
    kinds = [str(one.dagster_event.event_type_value) for one in own.get_logs_for_run(run_id) if one.dagster_event]
    own.dispose()
    return {kind: kinds.count(kind) for kind in kinds}


def test_the_log_is_the_one_that_dagster_writes(settings: Settings, tmp_path: Path) -> None:
    with open_instance(settings) as instance:
        ours = dg.materialize([models], instance=instance)
        newest = instance.get_latest_materialization_event(MODELS[-1])
        check = dg.AssetCheckKey(MODELS[0], "rows")
        judged = instance.event_log_storage.get_latest_asset_check_execution_by_key([check])[check]
    (tmp_path / "own").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "own")) as instance:
        theirs = dg.materialize([models], instance=instance)

    assert told(settings.dagster_home, ours.run_id) == told(tmp_path / "own", theirs.run_id)
    assert newest is not None
    assert newest.run_id == ours.run_id
    assert judged.status.value == "SUCCEEDED"


def test_its_files_are_not_opened_for_every_event(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    connect = sqlite3.dbapi2.connect

    def counted(path: str, *arguments: Any, **options: Any) -> Any:
        opened.append(path)
        return connect(path, *arguments, **options)

    with open_instance(settings) as instance:
        dg.materialize([models], instance=instance)
        monkeypatch.setattr(sqlite3.dbapi2, "connect", counted)
        again = dg.materialize([models], instance=instance)

    events = sum(told(settings.dagster_home, again.run_id).values())
    assert events > 60
    log = [path for path in opened if f"{EVENTS}/" in path]
    assert 0 < len(log) < events / 3


def test_an_installation_that_was_moved_goes_on_with_its_own_log(settings: Settings, tmp_path: Path) -> None:
    with open_instance(settings) as instance:
        before = dg.materialize([models], instance=instance)
    moved = Settings(data_dir=tmp_path / "moved")
    shutil.move(settings.data_dir, moved.data_dir)
    with open_instance(moved) as instance:
        after = dg.materialize([models], instance=instance)
        assert {run.run_id for run in instance.get_runs()} == {before.run_id, after.run_id}

    assert told(moved.dagster_home, before.run_id) == told(moved.dagster_home, after.run_id)
    assert not settings.data_dir.exists()


@pytest.mark.parametrize(
    ("text", "left"), [(WITHOUT_EVENT_LOG, INSTANCE), ("telemetry:\n  enabled: false\n",) * 2], ids=["ours", "changed"]
)
def test_settings_that_an_operator_changed_stay(settings: Settings, text: str, left: str) -> None:
    path = settings.dagster_home / INSTANCE_FILE
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    prepare_instance(settings)

    assert path.read_text(encoding="utf-8") == left
