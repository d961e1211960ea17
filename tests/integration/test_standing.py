"""A run that finds what the standing release was made from builds nothing; whatever else changed, it builds."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines import run as running
from pipelines.basis import is_settled
from pipelines.publishing import standing
from pipelines.publishing.releases import current_release_id, release_folder
from pipelines.publishing.standing import RECORD_FILE
from pipelines.publishing.status import read_status
from pipelines.reporting import roll_back
from pipelines.run import run_pipeline
from pipelines.settings import Settings
from tests.integration.small_county import land_payments, small_settings

NO_BUILD = "a build was begun"


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file that stands for the code, which others may be editing while this test runs."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "pipelines").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "PROJECT_DIR", folder)
        yield folder / "pipelines" / "code.py"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, code: Path) -> Settings:
    code.write_text("one = 1\n")
    folder = tmp_path_factory.mktemp("standing")
    settings = small_settings(folder / "data")
    contracts = shutil.copytree(settings.contracts_dir, folder / "contracts")
    dbt = shutil.copytree(settings.dbt_dir, folder / "dbt", ignore=shutil.ignore_patterns("target"))
    settings = settings.model_copy(update={"dbt_dir": dbt, "contracts_dir": contracts})
    land_payments(settings, folder / "in", 1, ["100.00", "250.50"])
    assert run_pipeline(settings).state == "published"
    return settings


@pytest.fixture
def county(published: Settings, tmp_path: Path) -> Settings:
    """A copy of the published county, times and folders kept."""
    shutil.copytree(published.data_dir, tmp_path / "data", copy_function=os.link)
    dbt = shutil.copytree(published.dbt_dir, tmp_path / "dbt")
    return published.model_copy(update={"data_dir": tmp_path / "data", "dbt_dir": dbt})


@pytest.fixture(autouse=True)
def _no_build(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    request.getfixturevalue("published")

    def begun(*_: object, **__: object) -> None:
        raise RuntimeError(NO_BUILD)

    monkeypatch.setattr(running, "build", begun)


def builds(settings: Settings, **options: object) -> bool:
    """True when a run begins to build."""
    try:
        run_pipeline(settings, **options)  # type: ignore[arg-type]
    except RuntimeError as error:
        assert str(error) == NO_BUILD  # noqa: PT017 -- which error it was decides
        return True
    return False


def test_nothing_new_builds_nothing_and_shows_the_gates_of_the_release(county: Settings) -> None:
    before = read_status(county)
    assert is_settled(county)
    outcome = run_pipeline(county)
    after = read_status(county)

    assert (outcome.state, outcome.release_id) == ("nothing_new", current_release_id(county))
    assert set(outcome.seconds) == {"land", "read", "door"}
    assert before is not None
    assert after is not None
    assert [gate.en for gate in after.last_run.gates] == [gate.en for gate in before.last_run.gates]
    assert "nothing was built" in after.last_run.message.en


def test_a_new_file_is_built(county: Settings, tmp_path: Path) -> None:
    land_payments(county, tmp_path / "in", 2, ["10.00"])
    assert builds(county)


def test_a_changed_model_is_built(county: Settings) -> None:
    model = next(county.dbt_dir.rglob("models/**/*.sql"))
    model.write_text(model.read_text() + "\n-- another word\n")
    assert not is_settled(county)
    assert builds(county)


def test_changed_code_is_built(county: Settings, code: Path) -> None:
    assert is_settled(county)
    code.write_text("one = 2\n")
    assert not is_settled(county)
    code.write_text("one = 1\n")


def test_rows_changed_by_hand_are_noticed(county: Settings) -> None:
    rejected = next(county.bronze_dir.rglob("rejected.parquet"))
    shutil.copy(rejected, rejected.with_suffix(".new"))
    rejected.with_suffix(".new").replace(rejected)
    assert builds(county)


@pytest.mark.parametrize("change", [{"place": "luoping"}, {"allow_synthetic": False}])
def test_another_setting_is_built(county: Settings, change: dict[str, object]) -> None:
    assert not is_settled(county.model_copy(update=change))


def test_a_month_asked_for_and_everything_anew_are_built(county: Settings) -> None:
    assert builds(county, full=True)


def test_a_damaged_release_or_record_is_built(county: Settings) -> None:
    release_id = current_release_id(county)
    assert release_id is not None
    table = next(release_folder(county, release_id).glob("*.parquet"))
    kept = table.read_bytes()
    table.unlink()
    table.write_bytes(kept[:-1])
    assert builds(county)
    table.write_bytes(kept)
    assert not builds(county)
    record = county.state_dir / RECORD_FILE
    record.unlink()
    record.write_text("{}")
    assert builds(county)


def test_after_going_back_the_newer_release_is_built_again(county: Settings) -> None:
    release_id = current_release_id(county)
    assert release_id is not None
    older = release_id.replace(release_id[:4], "2001", 1)
    shutil.copytree(release_folder(county, release_id), county.marts_dir / older)
    roll_back(county, older)
    assert builds(county)
