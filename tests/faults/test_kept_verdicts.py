"""Verdicts that a run leaves for later processes hold exactly as long as what they follow from."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.contracts import load_contracts
from pipelines.meaning import door
from pipelines.meaning.overrides import record_override
from pipelines.meaning.profile import read_profile, write_profile
from pipelines.meaning.thresholds import load_thresholds
from pipelines.reading import FileLedger, keep_verdicts, ledgers, settled
from pipelines.reading.settled import KEPT_FILE
from pipelines.settings import Settings
from tests.faults.office import CONTRACTS, HEADER, Office, Row, aid_rows, as_csv

MAY, JUNE, JULY = (f"补助发放2020年{month}月.csv" for month in (5, 6, 7))
MARK = "只有保存的裁定里才有"


def in_another_process(settings: Settings) -> list[FileLedger]:
    """What a process sees that has loaded and asked nothing yet."""
    settled._settled.clear()
    door._known.clear()
    load_contracts.cache_clear()
    load_thresholds.cache_clear()
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


def in_ten_thousandths(rows: list[Row]) -> list[Row]:
    """The amounts of a sender who changed the unit."""
    place = HEADER.index("补助金额")
    return [[*row[:place], str(Decimal(str(row[place])) * 10_000), *row[place + 1 :]] for row in rows]


def switch_off(office: Office, check: str) -> None:
    said = "author: 测试, reason: 测试, source: 测试"
    entry = f"- {{check: {check}, feed: aid, values: null, valid_from: 2012-01-01, {said}}}\n"
    (office.settings.contracts_dir / "thresholds.yml").write_text(entry, encoding="utf-8")


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
    file.write_text(file.read_text(encoding="utf-8").replace("due_day: 5", "due_day: 6"), encoding="utf-8")


def a_threshold(office: Office) -> None:
    switch_off(office, "unit_change")


def half_a_file(office: Office) -> None:
    file = office.settings.state_dir / KEPT_FILE
    file.write_bytes(file.read_bytes()[:-40])


def a_folder(office: Office) -> None:
    """What cannot be read at all; as root a test cannot take the right to read away."""
    file = office.settings.state_dir / KEPT_FILE
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    "change", [a_decision, a_new_file, a_ledger_written_anew, a_contract, a_threshold, half_a_file, a_folder]
)
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


def test_rules_that_change_while_a_run_reads_do_not_keep_its_verdicts(office: Office, tmp_path: Path) -> None:
    shutil.copytree(CONTRACTS, tmp_path / "contracts")
    office.settings = office.settings.model_copy(update={"contracts_dir": tmp_path / "contracts"})
    office.drop(MAY, as_csv(aid_rows(60)))
    office.take()
    switch_off(office, "unit_change")  # saved after this process has loaded the rules
    office.drop(JUNE, as_csv(in_ten_thousandths(aid_rows(60))))
    assert [one.verdict for one in office.take()] == ["refused"]
    keep_verdicts(office.settings)
    assert [one.verdict for one in in_another_process(office.settings)] == ["accepted", "accepted"]


def test_a_file_that_is_profiled_anew_is_compared_anew(office: Office) -> None:
    office.drop(MAY, as_csv(aid_rows(60)))
    office.drop(JUNE, as_csv(aid_rows(61)))
    assert [one.verdict for one in office.take()] == ["accepted", "accepted"]
    folder = next(path.parent for path in office.settings.bronze_dir.rglob("ledger.json") if "2020-06" in str(path))
    profile = read_profile(folder)
    assert profile is not None
    paid = profile.fields["aid_cny"]
    moved = paid.model_copy(update={"quantiles": tuple(each + 9.21 for each in paid.quantiles)})  # their logarithms
    profile = profile.model_copy(update={"fields": profile.fields | {"aid_cny": moved}})
    anew = folder.with_name("anew")
    shutil.copytree(folder, anew)
    write_profile(anew, profile)
    shutil.rmtree(folder)
    anew.rename(folder)
    assert [one.verdict for one in ledgers(office.settings)] == ["accepted", "refused"]
