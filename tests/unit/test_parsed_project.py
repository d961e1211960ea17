"""The dbt project is parsed once, and again when a file of it changes."""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines.modelling.dbt import build_models, current_project, parse_project
from pipelines.modelling.parsed import KEPT_PROJECTS, LOCK_FILE, Parsed, alone, parsed_project
from pipelines.settings import Settings

SMALL_DBT = Path(__file__).parents[1] / "integration" / "small_dbt"


class Parser:
    """Counts how often it is asked, and writes what dbt would write."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, _: Path, folder: Path) -> Path:
        self.calls += 1
        (folder / "target").mkdir()
        for name in ("manifest.json", "partial_parse.msgpack"):
            (folder / "target" / name).write_text(str(self.calls))
        return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return shutil.copytree(SMALL_DBT, tmp_path / "dbt", ignore=shutil.ignore_patterns("target"))


def test_it_is_parsed_anew_only_when_a_file_changed(project: Path, tmp_path: Path) -> None:
    parse = Parser()
    first = parsed_project(project, tmp_path / "cache", parse)
    (project / "target").mkdir()
    (project / "target" / "compiled.sql").write_text("select 1")
    again = parsed_project(project, tmp_path / "cache", parse)
    assert (parse.calls, again) == (1, first)

    (project / "models" / "new.sql").write_text("select 1 as one")
    assert parsed_project(project, tmp_path / "cache", parse) != first
    assert parse.calls == 2

    again.binary_file.unlink()
    (project / "models" / "new.sql").unlink()
    assert parsed_project(project, tmp_path / "cache", parse).is_whole
    assert parse.calls == 3


def test_old_ones_and_halves_are_forgotten(project: Path, tmp_path: Path) -> None:
    for number in range(KEPT_PROJECTS + 2):
        (project / "models" / "new.sql").write_text(f"select {number} as one")
        kept = parsed_project(project, tmp_path / "cache", Parser())

    assert len(_kept(tmp_path / "cache")) == KEPT_PROJECTS
    assert kept.is_whole


def test_what_is_in_use_is_not_forgotten_for_what_was_only_parsed_later(project: Path, tmp_path: Path) -> None:
    used = parsed_project(project, tmp_path / "cache", Parser())
    os.utime(used.folder, (1, 1))
    assert parsed_project(project, tmp_path / "cache", Parser()) == used
    for number in range(KEPT_PROJECTS - 1):
        (project / "models" / "new.sql").write_text(f"select {number} as one")
        parsed_project(project, tmp_path / "cache", Parser())
        for other in _kept(tmp_path / "cache"):
            if other != used.folder:
                os.utime(other, (1000, 1000 + number))
    (project / "models" / "new.sql").write_text("select 'newest' as one")
    parsed_project(project, tmp_path / "cache", Parser())

    assert used.is_whole


def test_a_project_that_changes_while_it_is_parsed_is_never_kept_under_its_old_hash(
    project: Path, tmp_path: Path
) -> None:
    model = project / "models" / "new.sql"

    class Changing(Parser):
        """Somebody saves a file just before dbt reads it."""

        def __call__(self, dbt_dir: Path, folder: Path) -> Path:
            if not self.calls:
                model.write_text("select 1 as one")
            parsed = super().__call__(dbt_dir, folder)
            (folder / "target" / "manifest.json").write_text(str(model.exists()))
            return parsed

    changed = parsed_project(project, tmp_path / "cache", Changing())
    model.unlink()
    before = parsed_project(project, tmp_path / "cache", Parser())

    assert changed.manifest_file.read_text() == "True"
    assert before != changed
    assert before.manifest_file.read_text() == "1"


def test_a_project_that_changes_while_another_process_parses_is_hashed_as_it_is_then(
    project: Path, tmp_path: Path
) -> None:
    cache, model, parse = tmp_path / "cache", project / "models" / "new.sql", Parser()
    with ThreadPoolExecutor(1) as executor:
        with alone(cache):
            waiting = executor.submit(parsed_project, project, cache, parse)
            time.sleep(0.3)
            model.write_text("select 1 as one")
        changed = waiting.result()

    assert parsed_project(project, cache, parse) == changed
    assert parse.calls == 1


def test_a_failed_parse_leaves_nothing(project: Path, tmp_path: Path) -> None:
    def broken(_: Path, __: Path) -> Path:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        parsed_project(project, tmp_path / "cache", broken)
    assert not _kept(tmp_path / "cache")


def test_a_parse_that_writes_only_half_is_not_repeated_without_end(project: Path, tmp_path: Path) -> None:
    class Half(Parser):
        def __call__(self, dbt_dir: Path, folder: Path) -> Path:
            if self.calls:
                raise RuntimeError("asked again")
            super().__call__(dbt_dir, folder)
            (folder / "target" / "partial_parse.msgpack").unlink()
            return folder

    assert not parsed_project(project, tmp_path / "cache", Half()).is_whole


def test_runs_that_start_together_have_one_of_them_parse(project: Path, tmp_path: Path) -> None:
    class Slow(Parser):
        def __call__(self, dbt_dir: Path, folder: Path) -> Path:
            time.sleep(0.2)
            return super().__call__(dbt_dir, folder)

    parse = Slow()
    with ThreadPoolExecutor(4) as executor:
        found = list(executor.map(lambda _: parsed_project(project, tmp_path / "cache", parse), range(4)))

    assert (parse.calls, len(set(found))) == (1, 1)
    assert found[0].is_whole


def test_installations_share_it_and_one_that_may_not_write_beside_the_project_keeps_its_own(
    project: Path, tmp_path: Path
) -> None:
    one, other = (Settings(data_dir=tmp_path / name, dbt_dir=project) for name in ("one", "other"))
    shared = current_project(one)
    assert current_project(other).folder == shared.folder
    assert shared.folder.is_relative_to(project)

    shutil.rmtree(project / "target")
    (project / "target").write_text("in the way of every folder")
    assert current_project(other).folder.is_relative_to(other.state_dir)


@pytest.mark.parametrize("taken", ["lock", "project"])
def test_files_of_another_user_in_the_shared_folder_send_an_installation_to_its_own(
    project: Path, tmp_path: Path, taken: str
) -> None:
    one, other = (Settings(data_dir=tmp_path / name, dbt_dir=project) for name in ("one", "other"))
    shared = current_project(one)
    # A folder where a file belongs can neither be opened nor replaced, whoever runs the tests.
    stuck = shared.folder.parent / LOCK_FILE if taken == "lock" else shared.folder
    if taken == "lock":
        stuck.unlink()
        stuck.mkdir()
    else:
        shutil.rmtree(stuck)
        stuck.write_text("of somebody else")

    own = current_project(other)
    assert own.folder.is_relative_to(other.state_dir)
    assert "kpi_fund_area_month" in {node.name for node in own.load().nodes.values()}
    assert current_project(other) == own


def _kept(cache_dir: Path) -> list[Path]:
    return [path for path in cache_dir.iterdir() if path.name != LOCK_FILE]


def test_dbt_reads_back_what_it_parsed(project: Path, tmp_path: Path) -> None:
    parsed = parsed_project(project, tmp_path / "cache", parse_project)
    names = {node.name for node in parsed.load().nodes.values()}

    assert "kpi_fund_area_month" in names


def test_a_build_of_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"other\.duckdb"):
        build_models(SMALL_DBT, tmp_path / "other.duckdb", tmp_path, "2020-01", Parsed(tmp_path))
