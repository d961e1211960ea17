"""A run killed anywhere leaves the last release readable, and the next run completes with the content it always has."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.publishing.lease import LeaseHeldError, is_held, take_lease
from pipelines.publishing.releases import current_release_id, list_release_ids, release_manifest, verify_release
from pipelines.run import STAGES, run_pipeline
from pipelines.settings import PROJECT_DIR, Settings
from tests.integration.small_county import land_payments, small_settings

PAUSED = "paused"
# A process that runs the pipeline and stands still as soon as it enters the stage it was given.
RUN_AND_PAUSE = """
import sys, time
from pipelines.reporting import STAGE_NAMES
from pipelines.run import run_pipeline
from pipelines.settings import Settings

def pause(done, total, name):
    if name == STAGE_NAMES[sys.argv[2]].en:
        print("paused", flush=True)
        time.sleep(600)

run_pipeline(Settings.model_validate_json(sys.argv[1]), progress=pause)
"""
# A process that publishes a build and kills itself before the n-th change of the file system inside ``publish``.
PUBLISH_AND_DIE = """
import os, signal, sys
from pathlib import Path
from pipelines.publishing.lease import take_lease
from pipelines.publishing.publish import publish, verify_build
from pipelines.settings import Settings
from tests.unit.test_publishing import FACTS

settings = Settings.model_validate_json(sys.argv[1])
fatal, seen = int(sys.argv[3]), 0

def die(event, arguments):
    global seen
    if event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir"):
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

with take_lease(settings.state_dir, "dies") as lease:
    build_file = Path(sys.argv[2])
    fingerprints = verify_build(build_file)
    sys.addaudithook(die)
    publish(settings, lease, build_file, cards={}, facts=FACTS, fingerprints=fingerprints)
"""


# A process that forgets what was read and tells before every change of the file system which results stand half there;
# it kills itself before the n-th change.
FORGET_AND_DIE = """
import os, signal, sys
from pipelines.landing import landed_receipts
from pipelines.reading import bronze_folder
from pipelines.clearing import forget
from pipelines.settings import Settings

settings = Settings.model_validate_json(sys.argv[1])
landed, fatal, seen = landed_receipts(settings), int(sys.argv[2]), 0
folders = [bronze_folder(settings, receipt) for receipt in landed]
whole = {folder: sorted(os.listdir(folder)) for folder in folders}

def watch(event, arguments):
    global seen
    if event in ("os.rename", "os.remove", "os.rmdir"):
        seen += 1
        for folder in folders:
            if os.path.isdir(folder) and sorted(os.listdir(folder)) != whole[folder]:
                print("torn", folder.name, flush=True)
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
forget(settings, landed, "dies")
print(seen, flush=True)
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def start_and_pause(settings: Settings, stage: str) -> subprocess.Popen[str]:
    """A run in another process that has entered ``stage`` and stands there."""
    child = start(RUN_AND_PAUSE, settings.model_dump_json(), stage)
    assert child.stdout is not None
    assert child.stdout.readline().strip() == PAUSED, f"the run never entered {stage}"
    return child


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    if child.stdout is not None:
        child.stdout.close()


@pytest.fixture
def county(tmp_path: Path) -> Settings:
    """One month published, a second one landed and waiting."""
    settings = small_settings(tmp_path / "data")
    land_payments(settings, tmp_path / "in", 1, ["100.00"])
    run_pipeline(settings)
    land_payments(settings, tmp_path / "in", 2, ["20.00", "3.00"])
    return settings


def test_a_run_killed_at_any_stage_leaves_the_release_and_the_next_run_completes(
    county: Settings, tmp_path: Path
) -> None:
    standing = current_release_id(county)
    assert standing is not None
    for stage in STAGES:
        kill(start_and_pause(county, stage))
        assert current_release_id(county) == standing, f"killed in {stage}"
        assert verify_release(county, standing).as_of_period == "2020-01", f"killed in {stage}"
        assert not is_held(county.state_dir), f"killed in {stage}"

    outcome = run_pipeline(county)

    undisturbed = small_settings(tmp_path / "undisturbed")
    undisturbed.pseudonym_key_file.write_bytes(county.pseudonym_key_file.read_bytes())
    for month, amounts in ((1, ["100.00"]), (2, ["20.00", "3.00"])):
        land_payments(undisturbed, tmp_path / "in", month, amounts)
    expected = run_pipeline(undisturbed)
    assert outcome.state == "published"
    assert outcome.release_id is not None
    assert expected.release_id is not None
    assert (
        release_manifest(county, outcome.release_id).content_hash
        == release_manifest(undisturbed, expected.release_id).content_hash
    )
    assert not list(county.marts_dir.glob(".tmp-*"))
    assert not list(county.build_dir.iterdir())


def test_forgetting_never_leaves_half_a_result_and_a_killed_one_is_repaired_by_the_next_run(
    county: Settings, tmp_path: Path
) -> None:
    land_payments(county, tmp_path / "corrected", 2, ["20.00", "4.00"])
    before = run_pipeline(county)
    assert before.release_id is not None
    for fatal in (2, 5):
        child = start(FORGET_AND_DIE, county.model_dump_json(), str(fatal))
        assert child.stdout is not None
        said = child.stdout.read()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
        assert said == "", f"killed before change {fatal}"

        after = run_pipeline(county)
        assert (after.state, after.release_id) == ("nothing_new", before.release_id), f"killed before change {fatal}"
        assert not list(county.bronze_dir.glob(".forgotten-*")), f"killed before change {fatal}"


def test_a_second_run_is_refused_and_names_the_first(county: Settings) -> None:
    first = start_and_pause(county, "door")
    try:
        with pytest.raises(LeaseHeldError, match=rf"process {first.pid} .*started \d{{4}}-"):
            run_pipeline(county)
    finally:
        kill(first)
    assert run_pipeline(county).state == "published"


def test_a_publication_killed_before_any_change_of_the_file_system(tmp_path: Path) -> None:
    """Before the pointer's rename readers have the old release, afterwards the new one; a rerun gives equal content."""
    from tests.unit.test_publishing import make_build, publish_stamp

    settings = Settings(data_dir=tmp_path / "data", reader_grace_seconds=0, keep_releases=2)
    old = publish_stamp(settings, 1).release_id
    build_file = make_build(settings, 2)
    seen = []
    for fatal in range(1, 50):
        child = start(PUBLISH_AND_DIE, settings.model_dump_json(), str(build_file), str(fatal))
        assert child.stdout is not None
        child.stdout.close()
        died = child.wait() == -signal.SIGKILL
        current = current_release_id(settings)
        assert current is not None
        stamp = verify_release(settings, current).tables["dim_area"].content_hash
        seen.append((current == old, stamp))
        if not died:
            break
        if current != old:
            settings.pointer_file.write_text(old + "\n")
    assert not died, "the publication never came to its end"
    assert len(seen) > 5
    assert len({stamp for _, stamp in seen}) == 2
    assert [is_old for is_old, _ in seen].index(False) > 3
    assert len(list_release_ids(settings)) <= 4


def test_the_lease_dies_with_its_process_and_tokens_grow(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom pipelines.publishing.lease import take_lease\n"
        "with take_lease(Path(sys.argv[1]), 'other') as lease:\n"
        "    print(lease.token, flush=True)\n    time.sleep(600)\n"
    )
    other = start(code, str(tmp_path / "state"))
    assert other.stdout is not None
    token = int(other.stdout.readline())
    with pytest.raises(LeaseHeldError, match=f"process {other.pid} "), take_lease(tmp_path / "state", "mine"):
        pytest.fail("two processes held the lease")
    assert is_held(tmp_path / "state")
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    other.stdout.close()

    with take_lease(tmp_path / "state", "mine") as lease:
        assert lease.token == token + 1
