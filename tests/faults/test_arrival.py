"""How files arrive: sent again, overwritten while they land, cut off by a crash; who may read what was stored."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import time
from pathlib import Path

import pytest

from pipelines.landing import inbox_files, land, receipts
from pipelines.landing.completeness import complete_files
from pipelines.reading import bronze_folder, current_inputs, read_pending
from pipelines.settings import Settings
from tests.faults.office import Office, aid_rows, as_csv

JUNE = "补助发放2020年6月.csv"


def version(note: str) -> str:
    return as_csv([[*row[:7], note] for row in aid_rows()])


def current_notes(office: Office) -> set[object]:
    current = {each.receipt_id for each in current_inputs(office.settings)}
    return {
        note
        for receipt in receipts(office.settings)
        if receipt.receipt_id in current
        for note in office.accepted(receipt)["note"]
    }


def test_an_original_that_is_sent_again_after_a_wrong_correction_counts_again(office: Office) -> None:
    for note in ("甲", "乙", "甲"):
        office.drop(JUNE, version(note))
        assert [ledger.verdict for ledger in office.take()] == ["accepted"]
    landed = receipts(office.settings)
    assert [receipt.version for receipt in landed] == [1, 2, 3]
    assert len({receipt.receipt_id for receipt in landed}) == 3
    assert len({bronze_folder(office.settings, receipt) for receipt in landed}) == 3
    stored = [(office.settings.data_dir / receipt.stored_path).read_bytes() for receipt in landed]
    assert stored[0] == stored[2] == version("甲").encode()
    assert current_notes(office) == {"甲"}
    office.drop("再报2020年6月.csv", version("甲"))
    assert [result.outcome for result in office.land()] == ["duplicate"]


def test_versions_that_land_together_keep_their_order(office: Office) -> None:
    paths = []
    for number, note in enumerate(("甲", "乙", "甲", "甲")):
        folder = office.desk / str(number)
        folder.mkdir()
        paths.append(folder / JUNE)
        paths[-1].write_text(version(note))
        time.sleep(0.01)
    assert [result.outcome for result in land(paths, office.settings)] == ["landed", "landed", "landed", "duplicate"]


def test_a_back_fill_that_is_repeated_adds_nothing(office: Office) -> None:
    for number, note in enumerate(("甲", "乙")):
        office.drop(f"{number}补助2020年6月.csv", version(note))
        time.sleep(0.01)
    land([office.desk], office.settings, arrival="mtime")
    assert {result.outcome for result in land([office.desk], office.settings, arrival="mtime")} == {"duplicate"}


def test_bytes_written_while_their_name_is_recognised_are_the_next_delivery(office: Office) -> None:
    office.settings.inbox_dir.mkdir(parents=True)
    path = office.settings.inbox_dir / JUNE
    path.write_text(version("甲"))
    is_over = threading.Event()

    def overwrite() -> None:
        while not is_over.is_set() and path.exists() and not list(office.settings.raw_dir.glob(".arriving/*")):
            time.sleep(0.001)
        time.sleep(0.1)
        path.write_text(version("乙"))

    writer = threading.Thread(target=overwrite)
    writer.start()
    first = land(None, office.settings)
    is_over.set()
    writer.join()
    second = land(None, office.settings)
    assert [result.outcome for result in first + second] == ["landed", "landed"]
    kept = [(office.settings.data_dir / receipt.stored_path).read_text() for receipt in receipts(office.settings)]
    assert [text.replace("\r\n", "\n") for text in kept] == [
        version(note).replace("\r\n", "\n") for note in ("甲", "乙")
    ]


def test_an_original_that_a_crash_left_on_its_way_is_landed_and_a_copy_swept(office: Office) -> None:
    moved = office.settings.raw_dir / ".arriving" / "moved-1" / JUNE
    copied = office.settings.raw_dir / ".arriving" / "copied-1" / JUNE
    for path, note in ((moved, "甲"), (copied, "乙")):
        path.parent.mkdir(parents=True)
        path.write_text(version(note))
    assert [result.outcome for result in land(None, office.settings)] == ["landed"]
    assert receipts(office.settings)[0].file_name == JUNE
    assert not list((office.settings.raw_dir / ".arriving").iterdir())
    assert inbox_files(office.settings) == []


def test_an_original_left_by_a_crash_does_not_overwrite_a_newer_one_of_its_name(office: Office) -> None:
    moved = office.settings.raw_dir / ".arriving" / "moved-1" / JUNE
    moved.parent.mkdir(parents=True)
    moved.write_text(version("甲"))
    office.settings.inbox_dir.mkdir(parents=True)
    (office.settings.inbox_dir / JUNE).write_text(version("乙"))
    assert [result.outcome for result in land(None, office.settings)] == ["landed", "landed"]


def test_a_copy_that_does_not_fit_the_stated_sha256_is_not_stored(office: Office) -> None:
    content = version("甲").encode()
    office.settings.inbox_dir.mkdir(parents=True)
    (office.settings.inbox_dir / JUNE).write_bytes(content[:-5])
    manifest = office.settings.inbox_dir / f"{JUNE}.manifest.json"
    manifest.write_text(json.dumps({"sha256": hashlib.sha256(content).hexdigest()}))
    assert [result.outcome for result in land(None, office.settings)] == ["incomplete"]
    assert [path.name for path in inbox_files(office.settings)] == [JUNE]


def test_a_held_file_sent_again_under_another_suffix_keeps_a_receipt(office: Office) -> None:
    office.drop("签到.csv", "姓名,单位\r\n甲,乙\r\n")
    office.land()
    office.drop("签到.txt", "姓名,单位\r\n甲,乙\r\n")
    assert [result.outcome for result in office.land()] == ["held"]
    held = receipts(office.settings)
    assert [receipt.file_name for receipt in held] == ["签到.txt"]
    stored = [path.name for path in office.settings.held_dir.iterdir() if not path.name.endswith(".json")]
    assert stored == [Path(held[0].stored_path).name]


def test_a_nameless_file_is_released_by_a_later_copy_with_a_name_and_not_the_other_way_round(office: Office) -> None:
    office.drop("补助.csv", version("甲"))
    assert [result.outcome for result in office.land()] == ["held"]
    office.drop(JUNE, version("甲"))
    assert [result.outcome for result in office.land()] == ["landed"]
    office.drop("补助.csv", version("甲"))
    assert [result.outcome for result in office.land()] == ["duplicate"]
    assert [receipt.status for receipt in receipts(office.settings)] == ["landed"]


@pytest.mark.parametrize("name", ["补助2020年5月和2020年6月.csv", "补助2020年6月（2020年7月导出）.csv"])
def test_two_periods_in_a_file_name_hold_the_file_and_are_named(office: Office, name: str) -> None:
    office.drop(name, version("甲"))
    result = office.land()[0]
    assert result.outcome == "held"
    assert result.reason is not None
    assert "2020-06" in result.reason.en
    assert result.reason.en.count("2020-") == 2


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8-sig"])
def test_a_checksum_file_is_understood_in_the_encodings_of_windows(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "人口.csv"
    path.write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / "人口.csv.sha256").write_bytes(f"{digest} *人口.csv".encode(encoding))
    assert complete_files([path], stable_seconds=60) == [path]


def test_a_checksum_file_without_a_checksum_stops_only_its_own_file(office: Office) -> None:
    office.settings.inbox_dir.mkdir(parents=True)
    for name, note in ((JUNE, "甲"), ("补助2020年7月.csv", "乙")):
        (office.settings.inbox_dir / name).write_text(version(note))
    (office.settings.inbox_dir / f"{JUNE}.sha256").write_bytes(b"\xff\xfe\x00\xd8")
    outcomes = {result.file_name: result.outcome for result in land(None, office.settings)}
    assert outcomes == {JUNE: "incomplete", "补助2020年7月.csv": "landed"}


def test_two_landings_of_the_inbox_at_once_land_each_file_once(office: Office) -> None:
    office.settings.inbox_dir.mkdir(parents=True)
    (office.settings.inbox_dir / JUNE).write_text(version("甲"))
    settings = office.settings.model_copy(update={"stable_seconds": 0.3})
    outcomes: list[str] = []
    threads = [
        threading.Thread(target=lambda: outcomes.extend(result.outcome for result in land(None, settings)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["landed"]


def _modes(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in sorted(folder.rglob("*"))}


def test_what_was_stored_and_judged_can_be_read_by_its_owner_only(office: Office) -> None:
    office.drop(JUNE, version("甲"))
    office.drop("签到.csv", "姓名,单位\r\n甲,乙\r\n")
    office.take()
    settings: Settings = office.settings
    for folder in (settings.raw_dir / "toy", settings.held_dir, settings.bronze_dir / "toy"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        modes = _modes(folder)
        assert modes
        assert modes == {name: 0o700 if (folder / name).is_dir() else 0o600 for name in modes}


def test_a_wrong_copy_in_bronze_is_read_again(office: Office) -> None:
    office.drop(JUNE, version("甲"))
    receipt_id = office.take()[0].receipt_id
    folder = bronze_folder(office.settings, receipts(office.settings)[0])
    (folder / "accepted.parquet").unlink()
    assert [ledger.receipt_id for ledger in read_pending(office.settings)] == [receipt_id]
    assert (folder / "accepted.parquet").exists()
    (folder / "ledger.json").unlink()
    (folder / "stray").write_text("x")
    assert [ledger.receipt_id for ledger in read_pending(office.settings)] == [receipt_id]
    names = ["accepted.parquet", "ledger.json", "profile.json", "rejected.parquet"]
    assert sorted(path.name for path in folder.iterdir()) == names
    (folder / "accepted.parquet").unlink()
    with pytest.raises(FileNotFoundError, match="read again"):
        current_inputs(office.settings)


def test_an_identity_number_in_a_file_name_is_masked_wherever_the_name_is_shown(office: Office) -> None:
    office.drop("990720197105295496更正 aid 2020年6月.csv", as_csv(aid_rows(3)))
    results = office.land()
    shown = [results[0].file_name, *(receipt.file_name for receipt in receipts(office.settings))]
    assert all("990720197105295496" not in name and name.startswith("99*") for name in shown)
    assert len(shown) == 2
