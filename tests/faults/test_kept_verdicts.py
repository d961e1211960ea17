"""Verdicts that a run leaves for later processes hold exactly as long as what they follow from."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.meaning.overrides import record_override
from pipelines.reading import FileLedger, keep_verdicts, ledgers, settled
from pipelines.reading.settled import KEPT_FILE
from pipelines.settings import Settings
from tests.faults.office import CONTRACTS, Office, aid_rows, as_csv

MAY, JUNE, JULY = (f"补助发放2020年{month}月.csv" for month in (5, 6, 7))
MARK = "只有保存的裁定里才有"


def in_another_process(settings: Settings) -> list[FileLedger]:
    """What a process sees that has asked nothing yet."""
    settled._settled.clear()
    return ledgers(settings)


@pytest.fixture
def kept(office: Office, tmp_path: Path) -> Office:
    """Two files, the second refused beside the first; the kept verdicts carry a mark that nothing else has."""
    shutil.copytree(CONTRACTS, tmp_path / "contracts")
    office.settings = office.settings.model_copy(update={"contracts_dir": tmp_path / "contracts"})
    office.drop(MAY, as_csv(aid_rows(60)))
    office.drop(JUNE, as_csv(aid_rows(9)))
    assert [one.verdict for one in office.take()] == ["accepted", "refused"]
    keep_verdicts(office.settings)
    file = office.settings.state_dir / KEPT_FILE
    file.write_text(file.read_text(encoding="utf-8").replace(JUNE, MARK), encoding="utf-8")
    return office


def test_kept_verdicts_are_those_that_another_process_finds(kept: Office) -> None:
    assert [(one.file_name, one.verdict) for one in in_another_process(kept.settings)] == [
        (MAY, "accepted"),
        (MARK, "refused"),
    ]


def test_kept_verdicts_are_as_private_as_the_ledgers(kept: Office) -> None:
    bronze, state = kept.settings.bronze_dir, kept.settings.state_dir
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (*bronze.rglob("ledger.json"), state / KEPT_FILE)}
    assert modes == {0o600}


def a_decision(office: Office) -> None:
    june = ledgers(office.settings)[1]
    for check in june.stopped_by:
        record_override(office.settings, receipt_id=june.receipt_id, check=check, author="测试", reason="人数属实")


def a_new_file(office: Office) -> None:
    office.drop(JULY, as_csv(aid_rows(61)))
    office.take()


def a_ledger_written_anew(office: Office) -> None:
    folder = next(office.settings.bronze_dir.rglob("ledger.json"))
    os.utime(folder, ns=(1, 1))


def a_contract(office: Office) -> None:
    file = office.settings.contracts_dir / "aid.yml"
    file.write_text(file.read_text(encoding="utf-8") + "# 一行说明\n", encoding="utf-8")


def half_a_file(office: Office) -> None:
    file = office.settings.state_dir / KEPT_FILE
    file.write_bytes(file.read_bytes()[:-40])


@pytest.mark.parametrize("change", [a_decision, a_new_file, a_ledger_written_anew, a_contract, half_a_file])
def test_verdicts_are_found_anew_after_any_change(kept: Office, change: Callable[[Office], None]) -> None:
    change(kept)
    found = in_another_process(kept.settings)
    assert MARK not in {one.file_name for one in found}
    assert found[1].file_name == JUNE
    assert found[1].verdict == ("accepted" if change is a_decision else "refused")


def test_the_same_verdicts_are_not_written_twice(kept: Office) -> None:
    file = kept.settings.state_dir / KEPT_FILE
    before = file.stat().st_ino
    in_another_process(kept.settings)
    keep_verdicts(kept.settings)
    assert file.stat().st_ino == before


def test_what_was_kept_is_what_would_be_found(kept: Office) -> None:
    (kept.settings.state_dir / KEPT_FILE).unlink()
    fresh = in_another_process(kept.settings)
    keep_verdicts(kept.settings)
    assert in_another_process(kept.settings) == fresh
